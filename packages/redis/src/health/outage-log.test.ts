import assert from "node:assert/strict";
import { test } from "node:test";
import { OutageLog } from "./outage-log.js";

test("an outage is reported once for each reason, its end once, and every other error always", () => {
  const told: string[] = [];
  const { onError, onReady } = new OutageLog({
    onError: (error) => told.push(error.message.split(" ")[0] ?? ""),
    onEnd: () => told.push("over"),
  });
  onReady(); // the first connection ends no outage
  const readonly = new Error("READONLY You can't write against a read only replica.");
  for (let i = 0; i < 100; i++) onError(readonly);
  onError(new Error("connect ECONNREFUSED 127.0.0.1:6379"));
  onError(new Error("connect ECONNRESET"));
  onError(new Error("defect"));
  onError(new Error("defect"));
  onReady();
  onReady();
  onError(readonly); // a connection that comes back a little later
  assert.deepEqual(told, ["READONLY", "connect", "defect", "defect", "over"]);
});
