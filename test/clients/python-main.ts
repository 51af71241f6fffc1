import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ModelRegistry } from "@bullpen/queue";
import { finalAnswer } from "../testing/action.js";
import { startBatchHarness } from "../testing/batch-harness.js";
import { untilAborted } from "../testing/until-aborted.js";

/** The Python script, seen from `test/dist/clients`. */
const SCRIPT = fileURLToPath(new URL("../../clients/openai_client.py", import.meta.url));

const harness = await startBatchHarness({
  script: async ({ messages }, _call, signal) => {
    const question = messages.findLast((message) => message.role === "user")?.content ?? "";
    if (question.startsWith("hang")) {
      await untilAborted(signal);
    }
    return finalAnswer(`You said: ${question}`);
  },
});
await new ModelRegistry(harness.agents.redis.connection).register({
  name: "scripted",
  context_tokens: 4_096,
});
const child = spawn("python3", [SCRIPT], {
  env: { ...process.env, BASE_URL: `${harness.api.url}/v1` },
  stdio: "inherit",
});
process.exitCode = await new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
await harness.stop();
