// `npm run test:schemathesis`: Schemathesis, which makes requests of all kinds from /openapi.json, against a whole
// Bullpen: no answer is a server error or breaks the document. Needs python3 with venv and the Python package index;
// without them it says so and ends with 0, for it cannot judge then.
//
// `-- --seconds=600` searches longer, `--seed=1` makes the same requests again.
import { installPythonTool } from "./python-tool.mjs";
import { ROOT, setUp } from "./setup.mjs";

const VERSION = "4.32.5";

setUp();
const programs = installPythonTool({
  folder: `${ROOT}.bullpen/schemathesis`,
  requirement: `schemathesis==${VERSION}`,
  check: `from importlib.metadata import version; assert version("schemathesis") == "${VERSION}"`,
});
process.env.SCHEMATHESIS = `${programs}/st`;
await import(`${ROOT}test/dist/hostile-requests/schemathesis-main.js`);
