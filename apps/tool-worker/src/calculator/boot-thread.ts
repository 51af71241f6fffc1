import { parentPort } from "node:worker_threads";
import type { BootMessage } from "./python-image.js";
import { takePythonImage } from "./take-image.js";

if (!parentPort) throw new Error("this module runs in a worker thread only");
const message: BootMessage = await takePythonImage().then(
  (image) => ({ image }),
  (error: unknown) => ({ error: String(error) }),
);
parentPort.postMessage(message);
