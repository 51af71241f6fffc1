import { samplingSchema } from "@bullpen/contracts";
import { startLlamaServer } from "../harness/llama-server.js";
import { type BullpenEngine, type BullpenEngineOptions, startBullpenEngine } from "./bullpen-engine.js";
import type { EngineOptions } from "./engine-process.js";

/** A raw completion, as both sides can be asked for it. */
export interface RawRequest {
  readonly instructions: string;
  readonly query: string;
  readonly maxTokens: number;
  readonly seed: number;
}

interface RawCompletion {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface Contender {
  complete(request: RawRequest): Promise<RawCompletion>;
  stop(): Promise<void>;
}

export interface ContenderOptions extends EngineOptions {
  readonly llamaServer: string;
}

export async function startBullpen(options: BullpenEngineOptions): Promise<Contender> {
  return asContender(await startBullpenEngine(options));
}

export function asContender(engine: BullpenEngine): Contender {
  return {
    stop: () => engine.stop(),
    complete: async ({ instructions, query, maxTokens, seed }) => {
      const { usage } = await engine.complete({
        messages: [
          { role: "system", content: instructions },
          { role: "user", content: query },
        ],
        primer: "",
        sampling: samplingSchema.parse({ seed }),
        maxTokens,
      });
      return {
        promptTokens: usage.prompt_tokens - usage.cached_tokens,
        completionTokens: usage.completion_tokens,
      };
    },
  };
}

/** The same text that Bullpen's format for Mixtral makes of the request. */
export async function startPeer(options: ContenderOptions): Promise<Contender> {
  const server = await startLlamaServer({ ...options, binary: options.llamaServer });
  return {
    stop: () => server.stop(),
    complete: async ({ instructions, query, maxTokens, seed }) => {
      const prompt = `[INST] ${instructions} [/INST]\nUser: ${query}\nAssistant:`;
      const completion = await server.complete({ prompt, maxTokens, seed });
      return { promptTokens: completion.timings.prompt_n, completionTokens: completion.tokens_predicted };
    },
  };
}
