// `npm run test:generated-client`: a client in Python, generated from /openapi.json, against Bullpen with the demo
// model. Needs python3 with venv and the Python package index; without them it says so and ends with 0, for it
// cannot judge then.
import { installPythonTool } from "./python-tool.mjs";
import { ROOT, setUp } from "./setup.mjs";

const folder = `${ROOT}.bullpen/generated-client`;

setUp();
const programs = installPythonTool({
  folder,
  requirement: "openapi-python-client==0.29.1",
  check: "import openapi_python_client",
});
process.env.PYTHON = `${programs}/python`;
process.env.GENERATED = folder;
await import(`${ROOT}test/dist/clients/generated-main.js`);
