import { setTimeout as sleep } from "node:timers/promises";
import { BUILT_IN_TOOLS, inputText, type ToolJob, type ToolResult, toolJobId } from "@bullpen/contracts";
import { ToolWorker } from "@bullpen/queue";
import { observe, stepOfInput } from "../query-plan.js";
import { type Entry, runEntry, somewhere } from "./run-entry.js";

await runEntry("tool-worker", "wait", async (entry) => {
  const { settings, redis, onError } = entry;
  const workers = await Promise.all(
    BUILT_IN_TOOLS.map((tool) =>
      ToolWorker.start({
        redis,
        tool,
        concurrency: settings.slots,
        times: settings.times,
        run: (job, signal) => runTool(entry, job, signal),
        onError,
      }),
    ),
  );
  return { stop: async () => void (await Promise.all(workers.map((one) => one.stop(settings.graceMs)))) };
});

async function runTool(entry: Entry, job: ToolJob, signal: AbortSignal): Promise<ToolResult> {
  const { history, faultPoint, settings } = entry;
  const call = toolJobId(job.query_id, job.step);
  const about = { query: job.query_id, step: stepOfInput(inputText(job.input)), call };
  faultPoint.cross("tool:before");
  history.write({ type: "tool-start", ...about });
  await sleep(somewhere(settings.toolMs), undefined, { signal });
  history.write({ type: "tool-end", ...about });
  faultPoint.cross("tool:after");
  return { observation: observe(inputText(job.input)), is_error: false };
}
