import { runProcess } from "@bullpen/runtime";
import { readEnv } from "./env.js";
import { start } from "./start.js";

await runProcess({ app: "worker", readEnv, start });
