import { type AgentJob, MAX_TOP_LOGPROBS, type Turn } from "@bullpen/contracts";
import { z } from "zod";
import { ApiError } from "../errors.js";

/**
 * Most probabilities of one answer, of tokens and alternatives together: about 1.3 MB of transcript, which Redis keeps
 * for each query.
 */
const MAX_LOGPROBS = 50_000;

export const logprobsParameters = {
  logprobs: z
    .boolean()
    .optional()
    .describe("Tells the probability of each token of the answer. Only without tools (`bullpen.tools: []`)."),
  top_logprobs: z
    .int()
    .min(0)
    .max(MAX_TOP_LOGPROBS)
    .optional()
    .describe("With `logprobs`: of how many of the likeliest tokens at each place, too. Default: 0."),
};

interface LogprobsRequest {
  readonly logprobs?: boolean | undefined;
  readonly top_logprobs?: number | undefined;
  readonly max_tokens?: number | undefined;
  readonly max_completion_tokens?: number | undefined;
  readonly bullpen: { readonly votes?: number | undefined };
}

/**
 * The probabilities that a job asks for.
 *
 * @param tools names of the tools that the query has.
 * @throws {ApiError} that names the field at fault.
 */
export function toLogprobs(request: LogprobsRequest, tools: readonly string[]): Pick<AgentJob, "logprobs"> {
  const { logprobs = false, top_logprobs: top = 0, bullpen } = request;
  if (!logprobs) {
    if (top > 0) throw refusal("top_logprobs", "must be 0 without logprobs: set logprobs to true");
    return {};
  }
  if (tools.length > 0)
    throw refusal(
      "logprobs",
      "must be false with tools, where an answer is written within an action: set bullpen.tools to [] for a reply of the model alone",
    );
  if ((bullpen.votes ?? 1) > 1)
    throw refusal("logprobs", "must be false with votes, whose answer is that of several runs: use n");
  const tokens = request.max_completion_tokens ?? request.max_tokens ?? 0;
  if (tokens * (1 + top) > MAX_LOGPROBS)
    throw refusal(
      "top_logprobs",
      `${top} for ${tokens} tokens (max_completion_tokens) are more than ${MAX_LOGPROBS} probabilities: ask for fewer`,
    );
  return { logprobs: top };
}

function refusal(param: string, problem: string): ApiError {
  return new ApiError("invalid_request", `${param}: ${problem}.`, param);
}

const tokenShape = {
  token: z.string(),
  logprob: z.number().describe("Natural logarithm of its probability, before temperature and penalties."),
  bytes: z.array(z.int()).nullable().describe("UTF-8; null for a part of a character."),
};

export const logprobsViewSchema = z.object({
  content: z.array(z.object({ ...tokenShape, top_logprobs: z.array(z.object(tokenShape)) })),
  refusal: z.null(),
});

/** The probabilities of an answer's tokens as OpenAI shows them; null where they were not asked for. */
export function logprobsView(
  { text, logprobs }: Pick<Turn, "text" | "logprobs">,
  answer: string,
): z.output<typeof logprobsViewSchema> | null {
  if (!logprobs) return null;
  // A stop cuts off the end of the text.
  const starts = startsOf(logprobs, text);
  const content = logprobs.flatMap(({ top, ...own }, index) => {
    if ((starts[index] ?? 0) >= answer.length) return [];
    return [{ ...tokenView(own), top_logprobs: top.map(tokenView) }];
  });
  return { content, refusal: null };
}

/** UTF-16 code units of a character, at most. */
const LONGEST_CHARACTER = 2;

/** Where the tokens begin in their text. Those of one character begin where it does. */
function startsOf(tokens: readonly { readonly token: string }[], text: string): number[] {
  let at = 0;
  let parts = 0;
  return tokens.map(({ token }) => {
    const part = token.indexOf("\uFFFD");
    const whole = part < 0 ? token : token.slice(0, part);
    // After parts of characters the text goes on after these.
    const window = text.slice(at, at + LONGEST_CHARACTER * parts + whole.length);
    const start = at + Math.max(0, window.indexOf(whole));
    // A tokenizer's own space at the start of a text is not in it.
    if (whole !== "") at = start + (text.startsWith(whole, start) ? whole : whole.trimStart()).length;
    parts = part < 0 ? 0 : parts + 1;
    return start;
  });
}

function tokenView({ token, logprob }: { readonly token: string; readonly logprob: number }) {
  return { token, logprob, bytes: token.includes("\uFFFD") ? null : [...Buffer.from(token)] };
}
