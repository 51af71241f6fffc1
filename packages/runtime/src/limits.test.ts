import assert from "node:assert/strict";
import { test } from "node:test";
import { explainLimit } from "./limits.js";

const WORDS = {
  "ulimit -n": [
    "Error: EMFILE: too many open files, open '/app/dist/main.js'",
    "Error: spawn /usr/bin/node EMFILE",
    "*** Unrecoverable error creating server: Too many open files",
  ],
  "ulimit -v": [
    "RangeError: WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory for new instance",
    "terminate called after throwing an instance of 'std::bad_alloc'",
    "Error: spawn ENOMEM",
    "# Fatal process out of memory: Zone",
  ],
  "ulimit -u": [
    "Error: spawn /usr/bin/node EAGAIN",
    "node[7]: pthread_create: Resource temporarily unavailable",
  ],
};
for (const [limit, texts] of Object.entries(WORDS)) {
  for (const text of texts) {
    test(`${limit} is named for: ${text}`, () => assert.ok(explainLimit(text)?.includes(limit)));
  }
}

test("other words speak of no limit", () => {
  assert.equal(explainLimit("Port 3000 on 127.0.0.1 is taken by another process."), undefined);
});
