import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type CompletionRequest, type Message, shapesOf } from "@bullpen/contracts";
import { ModelRegistry } from "@bullpen/queue";
import { action, finalAnswer } from "../testing/action.js";
import { startBatchHarness } from "../testing/batch-harness.js";
import { untilAborted } from "../testing/until-aborted.js";

/** The Python scripts, seen from `test/dist/clients`. */
const SCRIPTS = ["openai_client.py", "responses_client.py"].map((name) =>
  fileURLToPath(new URL(`../../clients/${name}`, import.meta.url)),
);

/** Asks for the weather of two towns, one after the other, and says both. */
function sayWeather(messages: readonly Message[]): string {
  const results = messages.filter(({ role }) => role === "tool").map(({ content }) => content);
  const town = ["Oslo", "Bergen"][results.length];
  return town === undefined ? finalAnswer(results.join(", ")) : action("get_weather", { town });
}

/** Calculates, asks for the weather where there is a tool for it, and says what came out. */
function calculate({ messages, constraint }: CompletionRequest): string {
  const results = messages.filter(({ role }) => role === "tool").map(({ content }) => content);
  if (results.length === 0) return action("Calculator", "output = 6 * 7");
  const mayAsk = results.length === 1 && JSON.stringify(constraint ?? "").includes("get_weather");
  return mayAsk ? action("get_weather", { town: "Oslo" }) : finalAnswer(results.join(", "));
}

const harness = await startBatchHarness({
  script: async (request, _call, signal) => {
    const { messages, constraint } = request;
    const question = messages.findLast((message) => message.role === "user")?.content ?? "";
    if (question.startsWith("hang")) {
      await untilAborted(signal);
    }
    if (question.startsWith("weather")) return sayWeather(messages);
    if (question.startsWith("calculate")) return calculate(request);
    if (question.startsWith("json"))
      return shapesOf(constraint) ? action("Final Answer", { answer: "yes" }) : '{"answer":"yes"}';
    return finalAnswer(`You said: ${question}`);
  },
  tools: { Calculator: () => ({ observation: "42", is_error: false }) },
});
const models = new ModelRegistry(harness.agents.redis.connection);
const env = { ...process.env, BASE_URL: `${harness.api.url}/v1` };
for (const script of SCRIPTS) {
  // A registration lapses.
  await models.register({ name: "scripted", context_tokens: 4_096 });
  const child = spawn("python3", [script], { env, stdio: "inherit" });
  process.exitCode ||= await new Promise<number>((resolve) =>
    child.once("exit", (code) => resolve(code ?? 1)),
  );
}
await harness.stop();
