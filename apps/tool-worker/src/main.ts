import { runProcess } from "@bullpen/runtime";
import { readEnv } from "./env.js";
import { startToolWorkers } from "./start-tool-workers.js";

await runProcess({ app: "tool-worker", readEnv, start: startToolWorkers });
