import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Completion, CompletionRequest } from "@bullpen/contracts";
import { type StepTimes, samplerThreads } from "@bullpen/llm";
import type { EngineMessage, EngineOptions } from "./engine-process.js";

const PROCESS = fileURLToPath(new URL("./engine-process.js", import.meta.url));

export interface BullpenEngineOptions extends EngineOptions {
  /** Threads that sample. Default: what a worker takes. */
  readonly samplers?: number | undefined;
  /** The engine's process of another build of Bullpen. Default: this build's. */
  readonly program?: string | undefined;
}

export interface BullpenEngine {
  complete(request: CompletionRequest): Promise<Completion>;
  /** The times of the steps since the last call. */
  takeSteps(): Promise<readonly StepTimes[]>;
  stop(): Promise<void>;
}

/** Bullpen's engine in a process of its own, with the environment that a worker gets. */
export async function startBullpenEngine({
  samplers,
  program = PROCESS,
  ...options
}: BullpenEngineOptions): Promise<BullpenEngine> {
  const pool = { UV_THREADPOOL_SIZE: String(samplers ?? samplerThreads(options.slots)) };
  // biome-ignore lint/style/noProcessEnv: the child gets its parent's environment, whatever that holds.
  const child = fork(program, { env: { ...process.env, ...pool } });
  const waiting = new Map<number, { resolve: (value: Answer) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  child.on("message", (answer: Answer) => {
    waiting.get(answer.id)?.resolve(answer);
    waiting.delete(answer.id);
  });
  child.once("exit", (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the engine's process ended with ${code}`));
  });
  const ask = (id: number, message: EngineMessage) =>
    new Promise<Answer>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      child.send(message);
    });
  await ask(0, { type: "load", options });
  return {
    complete: async (request) => {
      lastId++;
      const { completion } = await ask(lastId, { type: "complete", id: lastId, request });
      if (!completion) throw new Error("the engine's process answered without a completion");
      return completion;
    },
    takeSteps: async () => {
      lastId++;
      return (await ask(lastId, { type: "steps", id: lastId })).steps ?? [];
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.disconnect();
      await ended;
    },
  };
}

interface Answer {
  readonly id: number;
  readonly completion?: Completion;
  readonly steps?: readonly StepTimes[];
}
