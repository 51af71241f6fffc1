import { parentPort } from "node:worker_threads";
import type { SnapshotMessage } from "./python-snapshot.js";
import { takeSnapshot } from "./take-snapshot.js";

if (!parentPort) throw new Error("this module runs in a worker thread only");
const message: SnapshotMessage = await takeSnapshot().then(
  (snapshot) => ({ snapshot }),
  (error: unknown) => ({ error: String(error) }),
);
parentPort.postMessage(message);
