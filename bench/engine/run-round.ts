import type { Contender, RawRequest } from "./contender.js";

/** Words of a cold prompt: some 350 tokens. */
const PROMPT_WORDS = 260;

/** Tokens that each lane generates in a round, and all lanes together at least: few would be over in no time. */
const TOKENS_PER_LANE = 64;
const TOKENS_PER_ROUND = 256;

export interface RoundFigures {
  /** Prompt tokens a second, all slots starting together with prompts that share nothing. */
  readonly prompt_tokens_per_s: number;
  /** Generated tokens a second, all slots busy, their prompts already in the cache. */
  readonly generated_tokens_per_s: number;
}

/** Cold prompts, then generation behind the same prompts. `round` makes prompts that nobody has seen. */
export async function runRound(contender: Contender, slots: number, round: number): Promise<RoundFigures> {
  const requests = Array.from({ length: slots }, (_, lane) => coldRequest(round, lane));
  const [promptTokens, promptSeconds] = await timed(() =>
    Promise.all(
      requests.map(async (request) => (await contender.complete({ ...request, maxTokens: 1 })).promptTokens),
    ),
  );
  const tokensPerLane = Math.max(TOKENS_PER_LANE, Math.ceil(TOKENS_PER_ROUND / slots));
  const [generated, seconds] = await timed(() =>
    Promise.all(requests.map((request) => generate(contender, request, tokensPerLane))),
  );
  return {
    prompt_tokens_per_s: promptTokens / promptSeconds,
    generated_tokens_per_s: generated / seconds,
  };
}

/** Asks again where the model ends early, so that no lane falls idle much before the others. */
async function generate(contender: Contender, request: ColdRequest, tokens: number): Promise<number> {
  let generated = 0;
  for (let seed = request.seed; generated < tokens; seed++) {
    const maxTokens = tokens - generated;
    const { completionTokens } = await contender.complete({ ...request, maxTokens, seed });
    generated += Math.max(1, completionTokens);
  }
  return generated;
}

async function timed(run: () => Promise<number[]>): Promise<[sum: number, seconds: number]> {
  const start = performance.now();
  const counts = await run();
  return [counts.reduce((sum, count) => sum + count, 0), (performance.now() - start) / 1_000];
}

const WORDS =
  "river stone market seven garden window letter bridge morning silver paper engine number winter answer table".split(
    " ",
  );

type ColdRequest = Omit<RawRequest, "maxTokens">;

function coldRequest(round: number, lane: number): ColdRequest {
  const first = round * 1_000 + lane;
  const words = Array.from(
    { length: PROMPT_WORDS },
    (_, index) => WORDS[(index * 7 + first * (1 + (index % 5))) % WORDS.length],
  );
  return {
    instructions: `${first}. ${words.join(" ")}`,
    query: `Tell the story of number ${first} in many words.`,
    seed: first,
  };
}
