// `npm run test:schemathesis`: Schemathesis, which makes requests of all kinds from /openapi.json, against a whole
// Bullpen: no answer is a server error or breaks the document. Needs python3 with venv and the Python package index;
// without them it says so and ends with 0, for it cannot judge then.
//
// `-- --seconds=600` searches longer, `--seed=1` makes the same requests again.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { ROOT, setUp } from "./setup.mjs";

const SCHEMATHESIS = "schemathesis==4.32.5";
const folder = `${ROOT}.bullpen/schemathesis`;

setUp();
mkdirSync(folder, { recursive: true });
const check = `from importlib.metadata import version; assert version("schemathesis") == "${SCHEMATHESIS.split("==")[1]}"`;
if (spawnSync(`${folder}/venv/bin/python`, ["-c", check]).status !== 0) {
  console.log(`installing ${SCHEMATHESIS} for Python`);
  need("a virtual environment could not be made", "python3", ["-m", "venv", `${folder}/venv`]);
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", SCHEMATHESIS];
  need(`${SCHEMATHESIS} could not be installed`, `${folder}/venv/bin/python`, install);
}
process.env.SCHEMATHESIS = `${folder}/venv/bin/st`;
await import(`${ROOT}test/dist/hostile-requests/schemathesis-main.js`);

function need(otherwise, command, args) {
  const { status, error, stderr, stdout } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return;
  const reason = error?.message ?? `${stdout}${stderr}`.trim().split("\n").at(-1);
  console.log(`Not run: ${otherwise} (${reason}).`);
  process.exit(0);
}
