// `npm run test:cookbook`: runs every recipe of cookbook/ as its page says, on real stacks (a minute). The MCP server of one
// recipe comes from the Python package index; without it this says so and ends with 0, for it cannot judge then.
import { installPythonTool } from "./python-tool.mjs";
import { ROOT, run, setUp } from "./setup.mjs";

setUp();
process.env.MCP_SERVER_SQLITE = installPythonTool({
  folder: `${ROOT}.bullpen/mcp-server-sqlite`,
  // It was written for the first edition of the SDK.
  requirement: "mcp-server-sqlite==2025.4.25",
  pipOptions: ["mcp<2"],
  check: "import mcp_server_sqlite, mcp.server; mcp.server.Server.list_resources",
});
run(process.execPath, ["--test", `${ROOT}test/dist/cookbook/suite.js`], "A recipe of the cookbook failed.");
