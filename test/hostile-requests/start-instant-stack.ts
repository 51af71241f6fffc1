import type { Stack } from "@bullpen/cli/stack/start-stack";
import { ModelServer } from "../testing/model-server.js";
import { SERVED } from "../testing/model-server-flavours.js";
import { startTestStack } from "../testing/stack.js";

/** A whole Bullpen, as processes, whose model answers at once: thousands of queries cost next to nothing. */
export async function startInstantStack(
  settings: Readonly<Record<string, string>> = {},
): Promise<{ readonly stack: Stack; stop(): Promise<void> }> {
  const server = new ModelServer("vllm", () => ({
    content: JSON.stringify({ tool_name: "Final Answer", input: "fine" }),
  }));
  const stack = await startTestStack({ LLM_BASE_URL: await server.start(), LLM_MODEL: SERVED, ...settings });
  return {
    stack,
    stop: async () => {
      await stack.stop();
      await server.stop();
    },
  };
}
