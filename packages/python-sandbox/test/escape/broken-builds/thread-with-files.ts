import { parentPort, workerData } from "node:worker_threads";
import { InstanceFactory } from "#src/run/python-instance.js";
import { servePrograms, type ThreadInput } from "#src/run/serve-programs.js";
import { HostWithFiles } from "./host-with-files.js";

// interpreter.ts starts this module and passes a ThreadInput.
const input = workerData as ThreadInput;
const factory = new InstanceFactory(input.snapshot, input.maxPages, (options) => new HostWithFiles(options));
if (parentPort) servePrograms(parentPort, input, factory);
