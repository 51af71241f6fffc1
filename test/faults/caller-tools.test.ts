import assert from "node:assert/strict";
import { test } from "node:test";
import { verifies } from "../source-checks/requirements/requirements.js";
import { runCallerToolsUnderFaults } from "./caller-tools-under-faults.js";

test(
  verifies(["caller-tools"], "lines that wait for a tool server end once each, whatever is killed"),
  async (context) => {
    const result = await runCallerToolsUnderFaults({ lines: 40, kills: 3 });
    assert.deepEqual(result.killed, { "tool server": 3, api: 1, worker: 1, redis: 1 });
    context.diagnostic(JSON.stringify(result));
  },
);
