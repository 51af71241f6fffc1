import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { freePort } from "@bullpen/base/free-port";
import { z } from "zod";
import { UsageError } from "./arguments.js";
import { until } from "./until.js";

export interface LlamaServerOptions {
  /** The program; `npm run bench -- build-llama-server` makes it. */
  readonly binary: string;
  readonly modelPath: string;
  readonly slots: number;
  readonly contextTokensPerSlot: number;
  /** CPU threads, the same number as Bullpen's. */
  readonly threads: number;
  /** Whether all layers go to the GPU. */
  readonly gpu: boolean;
}

interface LlamaServerRequest {
  readonly prompt: string;
  readonly maxTokens: number;
  readonly seed: number;
  /** GBNF. */
  readonly grammar?: string;
}

/** What `/completion` answers (tools/server/README.md of llama.cpp), as far as it is read here. */
const completionSchema = z.object({
  content: z.string(),
  tokens_predicted: z.number(),
  /** Tokens of the prompt that were computed, and all of them. */
  timings: z.object({ prompt_n: z.number() }),
  tokens_evaluated: z.number(),
});
type LlamaServerCompletion = z.infer<typeof completionSchema>;

export interface LlamaServer {
  complete(request: LlamaServerRequest): Promise<LlamaServerCompletion>;
  stop(): Promise<void>;
}

/** A large model takes minutes from a cold disk. */
const LONGEST_START_MS = 300_000;

/** llama.cpp's own server with its defaults, which are what people run. */
export async function startLlamaServer(options: LlamaServerOptions): Promise<LlamaServer> {
  if (!existsSync(options.binary)) {
    throw new UsageError(`${options.binary} is missing: \`npm run bench -- build-llama-server\` builds it.`);
  }
  const port = await freePort();
  const child = spawn(options.binary, argumentsFor(options, port), { stdio: ["ignore", "ignore", "pipe"] });
  const errors = keepTail(child);
  const url = `http://127.0.0.1:${port}`;
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  await until(
    "llama-server's start",
    async () => {
      const end = child.exitCode ?? child.signalCode;
      if (end !== null) throw new Error(`llama-server ended at its start with ${end}:\n${errors()}`);
      return fetch(`${url}/health`).then(
        (response) => response.ok,
        () => false,
      );
    },
    LONGEST_START_MS,
    100,
  );
  return {
    complete: (request) => complete(url, request),
    stop: async () => {
      process.off("exit", kill);
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** The agent protocol's sampling, as Bullpen's default. */
async function complete(url: string, request: LlamaServerRequest): Promise<LlamaServerCompletion> {
  const response = await fetch(`${url}/completion`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      prompt: request.prompt,
      n_predict: request.maxTokens,
      cache_prompt: true,
      temperature: 0.1,
      top_p: 0.15,
      top_k: 0,
      min_p: 0,
      repeat_penalty: 1.1,
      repeat_last_n: 64,
      seed: request.seed,
      ...(request.grammar !== undefined && { grammar: request.grammar }),
    }),
  });
  if (!response.ok) throw new Error(`llama-server: ${response.status} ${await response.text()}`);
  return completionSchema.parse(await response.json());
}

function argumentsFor(options: LlamaServerOptions, port: number): string[] {
  return [
    ...["--model", options.modelPath, "--host", "127.0.0.1", "--port", String(port), "--offline"],
    ...["--parallel", String(options.slots)],
    ...["--ctx-size", String(options.slots * options.contextTokensPerSlot)],
    ...["--threads", String(options.threads)],
    ...(options.gpu ? ["--n-gpu-layers", "999"] : ["--n-gpu-layers", "0", "--device", "none"]),
  ];
}

/** The end of what the program said on its error output, for when it fails. */
function keepTail(child: ChildProcess): () => string {
  let tail = "";
  child.stderr?.on("data", (data: Buffer) => {
    tail = (tail + data.toString("utf8")).slice(-4_000);
  });
  return () => tail;
}
