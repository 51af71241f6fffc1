import { runProcess } from "@bullpen/runtime";
import { readEnv } from "./env.js";
import { startDashboard } from "./start-dashboard.js";

await runProcess({ app: "dashboard", readEnv, start: startDashboard });
