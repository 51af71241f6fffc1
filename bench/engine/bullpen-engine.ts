import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Completion, CompletionRequest } from "@bullpen/contracts";
import { samplerThreads } from "@bullpen/llm";
import type { EngineMessage, EngineOptions } from "./engine-process.js";

const PROCESS = fileURLToPath(new URL("./engine-process.js", import.meta.url));

export interface BullpenEngine {
  complete(request: CompletionRequest): Promise<Completion>;
  stop(): Promise<void>;
}

/** Bullpen's engine in a process of its own, with the environment that a worker gets. */
export async function startBullpenEngine(options: EngineOptions): Promise<BullpenEngine> {
  const samplers = { UV_THREADPOOL_SIZE: String(samplerThreads(options.slots)) };
  // biome-ignore lint/style/noProcessEnv: the child gets its parent's environment, whatever that holds.
  const child = fork(PROCESS, { env: { ...process.env, ...samplers } });
  const waiting = new Map<number, { resolve: (value: Completion) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  child.on("message", ({ id, completion }: { id: number; completion: Completion }) => {
    waiting.get(id)?.resolve(completion);
    waiting.delete(id);
  });
  child.once("exit", (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the engine's process ended with ${code}`));
  });
  const ask = (id: number, message: EngineMessage) =>
    new Promise<Completion>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      child.send(message);
    });
  await ask(0, { type: "load", options });
  return {
    complete: (request) => {
      lastId++;
      return ask(lastId, { type: "complete", id: lastId, request });
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.disconnect();
      await ended;
    },
  };
}
