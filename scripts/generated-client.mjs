// `npm run test:generated-client`: a client in Python, generated from /openapi.json, against Bullpen with the demo
// model. Needs python3 with venv and the Python package index; without them it says so and ends with 0, for it
// cannot judge then.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { ROOT, setUp } from "./setup.mjs";

const GENERATOR = "openapi-python-client==0.29.1";
const folder = `${ROOT}.bullpen/generated-client`;
const python = `${folder}/venv/bin/python`;

setUp();
mkdirSync(folder, { recursive: true });
if (spawnSync(python, ["-c", "import openapi_python_client"]).status !== 0) {
  console.log(`installing ${GENERATOR} for Python`);
  need("a virtual environment could not be made", "python3", ["-m", "venv", `${folder}/venv`]);
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", GENERATOR];
  need(`${GENERATOR} could not be installed`, python, install);
}
process.env.PYTHON = python;
process.env.GENERATED = folder;
await import(`${ROOT}test/dist/clients/generated-main.js`);

function need(otherwise, command, args) {
  const { status, error, stderr, stdout } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return;
  const reason = error?.message ?? `${stdout}${stderr}`.trim().split("\n").at(-1);
  console.log(`Not run: ${otherwise} (${reason}).`);
  process.exit(0);
}
