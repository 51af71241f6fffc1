// `npm run demo` and `npm start`: sets up what is missing, then hands over to the command line.
import { checkLimits } from "../apps/cli/bin/check-limits.js";
import { setUp } from "./setup.mjs";

checkLimits();
const parent = process.ppid;
setUp();
// npm may have been ended while nothing here could notice.
if (process.ppid !== parent) process.exit(1);
await import("../apps/cli/dist/main.js");
