import { parentPort, workerData } from "node:worker_threads";
import { takeSnapshot } from "../snapshot/take-snapshot.js";
import { compileModules } from "./compile-modules.js";

if (!parentPort) throw new Error("this module runs in a worker thread only");
// open-libraries.ts starts this module and passes the sources of a wheel.
parentPort.postMessage(compileModules(await takeSnapshot(), workerData));
