// `npm run test:python-client`: the official OpenAI client for Python and its Agents SDK against Bullpen, after the linter
// for the Python of this repository (ruff.toml). Needs python3 with pip and the Python package index; without them it says
// so and ends with 0, for it cannot judge then.
import { spawnSync } from "node:child_process";
import { ROOT, setUp } from "./setup.mjs";

const OPENAI = "openai==3.54.0";
const AGENTS = "openai-agents==0.24.0";
const RUFF = "ruff==0.17.6";
const folder = `${ROOT}.bullpen/python`;

setUp();
const install = [
  "-m",
  "pip",
  "install",
  "--quiet",
  "--disable-pip-version-check",
  "--upgrade", // also where an older set was installed
  "--target",
  folder,
  OPENAI,
  AGENTS,
  RUFF,
];
const installed = spawnSync("python3", ["-c", "import openai, agents, ruff"], {
  env: { ...process.env, PYTHONPATH: folder },
});
if (installed.status !== 0) {
  console.log(`installing ${OPENAI}, ${AGENTS} and ${RUFF} for Python`);
  const pip = spawnSync("python3", install, { encoding: "utf8" });
  if (pip.status !== 0) {
    const reason = pip.error?.message ?? pip.stderr.trim().split("\n").at(-1);
    console.log(`Not run: ${OPENAI}, ${AGENTS} and ${RUFF} could not be installed (${reason}).`);
    process.exit(0);
  }
}
const lint = spawnSync(`${folder}/bin/ruff`, ["check", ROOT], { stdio: "inherit" });
if (lint.status !== 0) process.exit(1);
process.env.PYTHONPATH = folder;
await import(`${ROOT}test/dist/clients/python-main.js`);
