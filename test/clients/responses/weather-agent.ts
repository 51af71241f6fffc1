import assert from "node:assert/strict";
import { type CompletionRequest, inputText, shapesOf, type ToolDefinition } from "@bullpen/contracts";
import type { ScriptedReply } from "@bullpen/llm/testing";
import { ToolRegistry, ToolWorker } from "@bullpen/queue";
import OpenAI from "openai";
import { action, finalAnswer } from "../../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../../testing/batch-harness.js";
import { untilAborted } from "../../testing/until-aborted.js";

/** A tool as an MCP server has it. */
const READ_TOOL: ToolDefinition = {
  name: "files.read",
  queue: "files.read",
  usage: "reads a file",
  inputSchema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
  crashPolicy: "rerun",
  timeoutMs: 5_000,
};

/**
 * A model that does what the last question says, one word a turn: a name of a tool is a call of it, everything else the
 * answer, with all results so far.
 */
async function say(request: CompletionRequest, _call: number, signal: AbortSignal): Promise<ScriptedReply> {
  const { messages, constraint } = request;
  const asked = messages.findLastIndex(({ role }) => role === "user");
  const question = messages[asked]?.content ?? "";
  if (question.startsWith("hang")) await untilAborted(signal);
  if (question.startsWith("break")) return { text: "no action at all", finishReason: "stop" };
  const results = messages.slice(asked).flatMap(({ role, content }) => (role === "tool" ? [content] : []));
  const said = messages.filter(({ role }) => role === "assistant").length;
  if (!constraint) return { text: `You said: ${question}` };
  const names =
    shapesOf(constraint)?.map(([name]) => (name?.value.type === "constant" ? name.value.text : "")) ?? [];
  const next = question.split(" ")[results.length] ?? "";
  const calls: Record<string, () => string> = {
    Calculator: () => action("Calculator", "output = 6 * 7"),
    Search: () => action("Search", "height of the tower"),
    "files.read": () => action("files.read", { path: "/tmp/a" }),
    get_weather: () => action("get_weather", { town: "Oslo" }),
  };
  const call = calls[next];
  if (call && (names.length === 0 || names.includes(next))) return call();
  if (question.startsWith("cut"))
    return { text: finalAnswer("Once upon a time").slice(0, -4), finishReason: "length" };
  const answer = results.length > 0 ? `Results: ${results.join(", ")}.` : `Turn ${said}: ${question}`;
  return question.startsWith("json") ? action("Final Answer", { answer }) : finalAnswer(answer);
}

export interface ResponsesHarness extends BatchHarness {
  readonly openai: OpenAI;
}

/** Api, batcher, worker and tools around {@link say}, and a client. */
export async function startResponsesHarness(): Promise<ResponsesHarness> {
  const harness = await startBatchHarness({
    script: say,
    tools: {
      Calculator: () => ({ observation: "42", is_error: false }),
      Search: () => ({ observation: "Error: the provider is away.", is_error: true }),
    },
  });
  const { connection } = harness.agents.redis;
  await new ToolRegistry({ redis: connection }).announce([READ_TOOL]);
  const server = await ToolWorker.start({
    redis: connection,
    tool: READ_TOOL,
    concurrency: 4,
    run: async ({ input }) => ({ observation: `read ${inputText(input)}`, is_error: false }),
  });
  return {
    ...harness,
    openai: new OpenAI({ baseURL: `${harness.api.url}/v1`, apiKey: "none", maxRetries: 0 }),
    stop: async () => {
      await server.stop(0);
      await harness.stop();
    },
  };
}

export const WEATHER = {
  type: "function",
  name: "get_weather",
  description: "tells the weather",
  parameters: { type: "object", properties: { town: { type: "string" } }, required: ["town"] },
  strict: true,
} as const;

export const INTERPRETER = { type: "code_interpreter", container: { type: "auto" } } as const;

/** Whether an error of the api has a code and names a parameter. */
export function refusedWith(code: string, param: string | null, message?: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof OpenAI.APIError, String(error));
    assert.deepEqual([error.code, error.param], [code, param], error.message);
    if (message) assert.match(error.message, message);
    return true;
  };
}
