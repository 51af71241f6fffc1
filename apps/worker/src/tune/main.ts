// `bullpen tune` runs this in a process of its own, on the worker's settings: node dist/tune/main.js --seconds 60
import { parseArgs } from "node:util";
import { printError } from "@bullpen/runtime";
import { readEnv } from "../env.js";
import { tune } from "./tune.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    "dry-run": { type: "boolean", default: false },
    force: { type: "boolean", default: false },
  },
});

try {
  await tune(readEnv(), {
    seconds: Number(values.seconds),
    dryRun: values["dry-run"],
    force: values.force,
    print: console.log,
  });
} catch (error) {
  printError(error);
  process.exitCode = 1;
}
