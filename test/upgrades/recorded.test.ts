import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ScriptedModel } from "@bullpen/llm/testing";
import { z } from "zod";
import { setClockSkew } from "../faults/process/skewed-clock.js";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { startAgentWorker } from "../testing/agent-harness.js";
import { startBatchHarness } from "../testing/batch-harness.js";
import { startTestRedis } from "../testing/redis.js";
import { ROOT } from "../testing/run-app.js";
import { assertFinished, leftWorkSchema } from "./left-work.js";
import { contentSchema, writeContent } from "./redis-content.js";

const RECORDED = join(ROOT, "test/upgrades/recorded");
const factsSchema = z.object({ recorded_at: z.number(), left: leftWorkSchema });

for (const release of await readdir(RECORDED)) {
  test(verifies(["upgrades"], `what ${release} left in Redis and storage is read and finished`), async () => {
    const folder = join(RECORDED, release);
    const read = async (name: string) => JSON.parse(await readFile(join(folder, name), "utf8"));
    const { recorded_at, left } = factsSchema.parse(await read("left.json"));
    setClockSkew(recorded_at - Date.now()); // its deadlines have passed since
    const dataDir = await mkdtemp(join(tmpdir(), "bullpen-recorded-"));
    await cp(join(folder, "storage"), dataDir, { recursive: true });
    const redis = await startTestRedis();
    await writeContent(redis.connection, contentSchema.parse(await read("redis.json")));
    const harness = await startBatchHarness({
      redis,
      dataDir,
      script: () => finalAnswer("no query is of this model"),
      tools: { Calculator: ({ input }) => ({ observation: `${sumOf(input)}`, is_error: false }) },
      batcher: { MODEL: "demo", RETENTION_SECONDS: 86_400 },
      api: { MODEL: "demo", RETENTION_SECONDS: 86_400 },
    });
    const worker = await startAgentWorker(redis.connection, demoModel());
    try {
      await assertFinished(harness.client, left);
    } finally {
      await worker.stop(0);
      await harness.stop();
      await redis.stop();
      await rm(dataDir, { recursive: true, force: true });
      setClockSkew(0);
    }
  });
}

/** Does with a question what the demo model does: the sum by the tool, then the answer. */
function demoModel(): ScriptedModel {
  return new ScriptedModel({
    name: "demo",
    slots: 4,
    script: ({ messages }) => {
      const last = messages.at(-1);
      if (last?.role === "tool") return finalAnswer(last.content);
      return action("Calculator", last?.content ?? "");
    },
  });
}

/** Of the numbers in a program or a question: `print(12 + 30)`. */
function sumOf(text: string): number {
  return [...text.matchAll(/\d+/g)].reduce((sum, [digits]) => sum + Number(digits), 0);
}
