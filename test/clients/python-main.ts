import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Message } from "@bullpen/contracts";
import { ModelRegistry } from "@bullpen/queue";
import { action, finalAnswer } from "../testing/action.js";
import { startBatchHarness } from "../testing/batch-harness.js";
import { untilAborted } from "../testing/until-aborted.js";

/** The Python script, seen from `test/dist/clients`. */
const SCRIPT = fileURLToPath(new URL("../../clients/openai_client.py", import.meta.url));

/** Asks for the weather of two towns, one after the other, and says both. */
function sayWeather(messages: readonly Message[]): string {
  const results = messages.filter(({ role }) => role === "tool").map(({ content }) => content);
  const town = ["Oslo", "Bergen"][results.length];
  return town === undefined ? finalAnswer(results.join(", ")) : action("get_weather", { town });
}

const harness = await startBatchHarness({
  script: async ({ messages }, _call, signal) => {
    const question = messages.findLast((message) => message.role === "user")?.content ?? "";
    if (question.startsWith("hang")) {
      await untilAborted(signal);
    }
    if (question.startsWith("weather")) return sayWeather(messages);
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
