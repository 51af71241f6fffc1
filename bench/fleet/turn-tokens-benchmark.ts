import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inheritedEnv } from "@bullpen/cli/env";
import { takeDataFolder } from "@bullpen/cli/stack/data-folder";
import { startStack } from "@bullpen/cli/stack/start-stack";
import { BullpenClient } from "@bullpen/client";
import { z } from "zod";
import { describeMachine, writeResults } from "../harness/write-results.js";

const EVERYDAY = fileURLToPath(new URL("../../../evaluation/everyday.jsonl", import.meta.url));
const DOCUMENTS = fileURLToPath(new URL("../../../evaluation/documents", import.meta.url));

const caseSchema = z.object({ question: z.string() });

/** How many tokens the turns of agent queries have: everyday questions, asked of the demo model with its tools. */
export async function runTurnTokensBenchmark(): Promise<boolean> {
  const text = await readFile(EVERYDAY, "utf8");
  const questions = text.trim().split("\n");
  const folder = await mkdtemp(join(tmpdir(), "bullpen-turn-tokens-"));
  const stack = await startStack({
    folder: await takeDataFolder(join(folder, "stack"), false),
    redisUrl: undefined,
    env: {
      ...inheritedEnv(),
      API_PORT: "0",
      DASHBOARD_PORT: "0",
      SEARCH_PROVIDER: "local",
      SEARCH_DOCUMENTS: DOCUMENTS,
    },
    preferredPorts: {},
  });
  try {
    const client = new BullpenClient({ url: stack.apiUrl });
    const views = await client.queries.runAll(
      questions.map((line) => ({ query: caseSchema.parse(JSON.parse(line)).question })),
    );
    const transcripts = await Promise.all(views.map(({ id }) => client.queries.transcript(id)));
    const tokens = transcripts.flatMap(({ turns }) => turns.map(({ usage }) => usage.completion_tokens));
    console.log(`${tokens.length} turns of ${views.length} queries`);
    await writeResults("turn-tokens", {
      ...(await describeMachine()),
      about: "Generated tokens of each turn of everyday questions, demo model with its two tools.",
      queries: views.length,
      tokens: tokens.toSorted((a, b) => a - b),
    });
    return tokens.length >= views.length;
  } finally {
    await stack.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
