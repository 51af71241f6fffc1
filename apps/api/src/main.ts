import { runProcess } from "@bullpen/runtime";
import { readEnv } from "./env.js";
import { startApi } from "./start-api.js";

await runProcess({ app: "api", readEnv, start: startApi });
