import type { CompletionRequest, LanguageModel } from "@bullpen/contracts";
import { loadNodeLlamaModel } from "@bullpen/llm";

/** What the benchmark sends to the process in which Bullpen's engine runs. */
export type EngineMessage =
  | { readonly type: "load"; readonly options: EngineOptions }
  | { readonly type: "complete"; readonly id: number; readonly request: CompletionRequest };

export interface EngineOptions {
  readonly modelPath: string;
  readonly slots: number;
  readonly contextTokensPerSlot: number;
  readonly threads: number;
  readonly gpu: boolean;
}

// The engine has a process to itself, as in a worker.
let model: LanguageModel | undefined;

process.on("message", async (message: EngineMessage) => {
  if (message.type === "load") {
    const { gpu, ...options } = message.options;
    model = await loadNodeLlamaModel({ ...options, name: "bench", gpu: gpu ? "auto" : false });
    process.send?.({ id: 0 });
    return;
  }
  if (!model) throw new Error("a request came before the model");
  const completion = await model.complete(message.request, new AbortController().signal);
  process.send?.({ id: message.id, completion });
});
process.on("disconnect", () => process.exit(0));
