import { parentPort, workerData } from "node:worker_threads";
import { InstanceMaker } from "./python-instance.js";
import { servePrograms, type ThreadInput } from "./serve-programs.js";

if (!parentPort) throw new Error("this module runs in a worker thread only");
// interpreter.ts, the only one to start this module, passes a ThreadInput.
const input = workerData as ThreadInput;
servePrograms(parentPort, input, new InstanceMaker(input.image, input.maxPages));
