import { spawnSync } from "node:child_process";
import { z } from "zod";
import type { Contender } from "../engine/contender.js";
import { type AloneOptions, measureAlone } from "../engine/engine-benchmark.js";
import type { RoundFigures } from "../engine/run-round.js";

/** What vLLM reaches at a number of sequences. */
export interface VllmRow extends RoundFigures {
  readonly slots: number;
}

/** The lines of a script that begin so hold a measurement each, as JSON. */
const RESULT_PREFIX = "RES ";

const lineSchema = z.union([
  z.object({ what: z.literal("gen"), mode: z.literal("sample"), conc: z.number(), gen_tok_s: z.number() }),
  z.object({ what: z.literal("prefill_cold"), conc: z.number(), prompt_tok_s: z.number() }),
]);

/**
 * Measures vLLM: by a script on this machine, or by a server that speaks the OpenAI protocol.
 *
 * @param peer the path of a Python script that takes `--conc 1,8,…` and prints a line `RES {"what": "gen", "mode":
 * "sample", "conc": 8, "gen_tok_s": 440}` and one `RES {"what": "prefill_cold", "conc": 8, "prompt_tok_s": 31500}` for
 * each number of sequences; or the URL of a server's API, such as `http://127.0.0.1:8000/v1`.
 */
export async function measureVllm(
  peer: string,
  slots: readonly number[],
  rounds: number,
): Promise<VllmRow[]> {
  if (!URL.canParse(peer)) return runScript(peer, slots);
  const rows: VllmRow[] = [];
  for (const count of slots)
    rows.push({ slots: count, ...(await measureServer(peer, { slots: count, rounds })) });
  return rows;
}

function runScript(path: string, slots: readonly number[]): VllmRow[] {
  const { status, error, stdout } = spawnSync("python3", [path, "--conc", slots.join()], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error || status !== 0) throw new Error(`${path} ended with ${error?.message ?? status}.`);
  const lines = stdout
    .split("\n")
    .filter((line) => line.startsWith(RESULT_PREFIX))
    .map((line) => lineSchema.safeParse(JSON.parse(line.slice(RESULT_PREFIX.length))))
    .flatMap(({ data }) => (data ? [data] : []));
  return slots.map((count) => {
    const own = lines.filter(({ conc }) => conc === count);
    const generated = own.find((line) => line.what === "gen");
    const prompts = own.find((line) => line.what === "prefill_cold");
    if (!generated || !prompts) throw new Error(`${path} printed no figures for ${count} sequences.`);
    return {
      slots: count,
      prompt_tokens_per_s: prompts.prompt_tok_s,
      generated_tokens_per_s: generated.gen_tok_s,
    };
  });
}

/** The middle round. */
async function measureServer(url: string, options: AloneOptions): Promise<RoundFigures> {
  const rounds = await measureAlone(() => connect(url), options);
  const [middle] = rounds
    .toSorted((a, b) => a.generated_tokens_per_s - b.generated_tokens_per_s)
    .slice(Math.floor(rounds.length / 2));
  if (!middle) throw new Error("no round was measured");
  return middle;
}

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string() })).min(1) });
const completionSchema = z.object({
  usage: z.object({
    prompt_tokens: z.number(),
    completion_tokens: z.number(),
    prompt_tokens_details: z.object({ cached_tokens: z.number().nullish() }).nullish(),
  }),
});

/** The same text and sampling that llama-server gets. */
async function connect(url: string): Promise<Contender> {
  const model = modelsSchema.parse(await ask(`${url}/models`)).data[0]?.id;
  return {
    stop: async () => undefined,
    complete: async ({ instructions, query, maxTokens, seed }) => {
      const { usage } = completionSchema.parse(
        await ask(`${url}/completions`, {
          model,
          prompt: `[INST] ${instructions} [/INST]\nUser: ${query}\nAssistant:`,
          max_tokens: maxTokens,
          ...{ temperature: 0.1, top_p: 0.15, repetition_penalty: 1.1, seed },
          ignore_eos: true,
        }),
      );
      return {
        promptTokens: usage.prompt_tokens - (usage.prompt_tokens_details?.cached_tokens ?? 0),
        completionTokens: usage.completion_tokens,
      };
    },
  };
}

async function ask(url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    ...(body && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
}
