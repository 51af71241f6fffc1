import assert from "node:assert/strict";
import { test } from "node:test";
import { readTraceContext } from "./trace-context.js";

const PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

test("a caller's trace context is taken, with its state", () => {
  assert.deepEqual(readTraceContext(PARENT, undefined), { traceparent: PARENT });
  assert.deepEqual(readTraceContext(PARENT, "a=1,b=2"), { traceparent: PARENT, tracestate: "a=1,b=2" });
  assert.deepEqual(readTraceContext(PARENT, "x".repeat(600)), { traceparent: PARENT });
});

test("what is no trace context is left out", () => {
  const bad = [
    undefined,
    "",
    "x",
    PARENT.toUpperCase(),
    PARENT.replace("00-", "ff-"),
    PARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32)),
    PARENT.replace("00f067aa0ba902b7", "0".repeat(16)),
    `${PARENT}-more`,
    `${PARENT}\n`,
  ];
  for (const header of bad) assert.equal(readTraceContext(header, "a=1"), undefined, header);
});
