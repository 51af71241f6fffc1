import { runProcess } from "@bullpen/runtime";
import { readEnv } from "./env.js";
import { startBatcher } from "./start-batcher.js";

await runProcess({ app: "batcher", readEnv, start: startBatcher });
