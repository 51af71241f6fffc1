import { parentPort, workerData } from "node:worker_threads";
import { InstanceFactory } from "./python-instance.js";
import { servePrograms, type ThreadInput } from "./serve-programs.js";

if (!parentPort) throw new Error("this module runs in a worker thread only");
// interpreter.ts starts this module and passes a ThreadInput.
const input = workerData as ThreadInput;
servePrograms(parentPort, input, new InstanceFactory(input.snapshot, input.maxPages));
