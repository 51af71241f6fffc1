import { runProcess } from "@bullpen/runtime";
import { readEnv } from "./env.js";
import { startWorker } from "./start-worker.js";

await runProcess({ app: "worker", readEnv, start: startWorker });
