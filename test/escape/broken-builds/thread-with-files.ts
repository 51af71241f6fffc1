import { parentPort, workerData } from "node:worker_threads";
import { InstanceMaker } from "@bullpen/tool-worker/calculator/python-instance";
import { servePrograms, type ThreadInput } from "@bullpen/tool-worker/calculator/serve-programs";
import { HostWithFiles } from "./host-with-files.js";

// Started by interpreter.ts, which passes a ThreadInput.
const input = workerData as ThreadInput;
const maker = new InstanceMaker(input.image, input.maxPages, (options) => new HostWithFiles(options));
if (parentPort) servePrograms(parentPort, input, maker);
