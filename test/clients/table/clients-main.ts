import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "../../testing/run-app.js";
import { faultOf, withTable } from "./client-table.js";
import { type ClientResult, runProgram } from "./run-program.js";
import { startTargets } from "./start-targets.js";

/** What scripts/clients.mjs asks for. */
const { programs, isWhole, write } = z
  .object({
    programs: z.array(z.object({ name: z.string(), command: z.string(), args: z.array(z.string()) })),
    /** Whether these are all programs that there are. */
    isWhole: z.boolean(),
    /** Whether to write the table; otherwise it is compared. */
    write: z.boolean(),
  })
  .parse(JSON.parse(process.env.CLIENT_PROGRAMS ?? "{}"));

const DOCUMENT = join(ROOT, "docs/clients.md");
/** Their caches, which clients keep in the user's folder, end with the run. */
const home = await mkdtemp(join(tmpdir(), "bullpen-clients-"));
const targets = await startTargets();
const results: ClientResult[] = [];
const faults: string[] = [];

async function runNext(): Promise<void> {
  for (let program = waiting.shift(); program; program = waiting.shift()) {
    const env = { ...targets.env, ...QUIET, HOME: home, OPENAI_API_KEY: "none" };
    try {
      const result = await runProgram({ ...program, env });
      results.push(result);
      for (const feature of result.features) {
        const fault = faultOf(result, feature);
        if (fault !== undefined) faults.push(fault);
        const how =
          fault !== undefined ? "FAIL" : feature.because === null ? "works" : "does not work, as known";
        console.log(`${result.client}: ${feature.feature}: ${how}`);
      }
    } catch (error) {
      faults.push(String(error));
    }
  }
}

/** What clients would otherwise ask of the internet. */
const QUIET = {
  HF_HUB_OFFLINE: "1",
  HF_DATASETS_OFFLINE: "1",
  LITELLM_LOCAL_MODEL_COST_MAP: "True",
  OPENAI_AGENTS_DISABLE_TRACING: "1",
  PROMPTFOO_DISABLE_TELEMETRY: "1",
  PROMPTFOO_DISABLE_UPDATE: "1",
  PROMPTFOO_DISABLE_REMOTE_GENERATION: "1",
};
const waiting = [...programs];
// Two at a time: most of a program's time is its client's start, on one core.
await Promise.all([runNext(), runNext()]);
await targets.stop();
await rm(home, { recursive: true, force: true });

const document = await readFile(DOCUMENT, "utf8");
const wanted = withTable(document, results, !isWhole);
if (write && faults.length === 0) await writeFile(DOCUMENT, wanted);
else if (wanted !== document)
  faults.push("docs/clients.md says something else: npm run test:clients -- --write");
for (const fault of faults) console.log(`\n${fault}`);
console.log(
  `${results.length} clients, ${results.flatMap(({ features }) => features).length} features, ${faults.length} faults`,
);
if (faults.length > 0) process.exitCode = 1;
