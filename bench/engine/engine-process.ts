import type { CompletionRequest, LanguageModel } from "@bullpen/contracts";
import { loadNodeLlamaModel, type StepTimes } from "@bullpen/llm";

/** What the benchmark sends to the process in which Bullpen's engine runs. */
export type EngineMessage =
  | { readonly type: "load"; readonly options: EngineOptions }
  | { readonly type: "complete"; readonly id: number; readonly request: CompletionRequest }
  /** Asks for the times of the steps since the last time. */
  | { readonly type: "steps"; readonly id: number };

export interface EngineOptions {
  readonly modelPath: string;
  readonly slots: number;
  readonly contextTokensPerSlot: number;
  readonly threads: number;
  readonly gpu: boolean;
}

// The engine has a process to itself, as in a worker.
let model: LanguageModel | undefined;
let steps: StepTimes[] = [];

process.on("message", async (message: EngineMessage) => {
  if (message.type === "load") {
    const { gpu, ...options } = message.options;
    model = await loadNodeLlamaModel({ ...options, name: "bench", gpu: gpu ? "auto" : false, onStep });
    process.send?.({ id: 0 });
    return;
  }
  if (message.type === "steps") {
    process.send?.({ id: message.id, steps });
    steps = [];
    return;
  }
  if (!model) throw new Error("a request came before the model");
  const completion = await model.complete(message.request, new AbortController().signal);
  process.send?.({ id: message.id, completion });
});

function onStep(times: StepTimes): void {
  steps.push(times);
}

process.on("disconnect", () => process.exit(0));
