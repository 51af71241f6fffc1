import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { MAX_STALLS } from "@bullpen/contracts";
import { action, finalAnswer } from "../testing/action.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";

let harness: AgentHarness;
let toolWorker: ChildProcess;
let isOver = false;

before(async () => {
  harness = await startAgentHarness({
    slots: 8,
    script: ({ messages }) =>
      messages.length === 2
        ? action("Calculator", messages[1]?.content ?? "")
        : finalAnswer(messages.at(-1)?.content ?? ""),
  });
});
after(async () => {
  isOver = true;
  toolWorker.kill("SIGKILL");
  await harness.stop();
});

/** Keeps one tool-worker process alive, as `bullpen up` does. */
function keepToolWorker(): void {
  const entry = fileURLToPath(new URL("../testing/poison-tool-worker.js", import.meta.url));
  toolWorker = spawn(process.execPath, [entry], {
    env: { ...process.env, REDIS_URL: harness.redis.url },
    stdio: "inherit",
  });
  toolWorker.once("exit", () => {
    if (!isOver) keepToolWorker();
  });
}

test("a call that kills its tool-worker each time ends after three times; the calls beside it have their results", async () => {
  const texts = ["one", "poison", "two", "three", "four", "five"];
  const ids = await Promise.all(texts.map((text) => harness.submit(text)));
  keepToolWorker();
  const records = await Promise.all(ids.map((id) => harness.ended(id)));
  const observations = records.map(({ transcript }) => transcript.steps[0]?.observation);
  assert.deepEqual(
    observations.map((one) => one?.observation),
    texts.map((text) =>
      text === "poison"
        ? "Error: its tool-worker died each of the 3 times that it ran this call; it is not run again."
        : `${text} is fine`,
    ),
  );
  assert.equal(observations[1]?.is_error, true);
  assert.equal(Number(await harness.redis.connection.get("poisoned")), MAX_STALLS);
});
