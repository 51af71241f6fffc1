import {
  type Completion,
  type CompletionRequest,
  RefusedRequestError,
  shapesOf,
  type TokenLogprob,
  type TokenUsage,
} from "@bullpen/contracts";
import { z } from "zod";
import { restoreSpecialTokens } from "../prompts/spell-out-special-tokens.js";
import { closeObject } from "./completions-api.js";
import { toContinuation, withoutFence } from "./object-text.js";

/** What is read of the answers of both `POST /chat/completions` and `POST /completions`. */
const figuresSchema = z.object({
  usage: z.object({
    prompt_tokens: z.int(),
    completion_tokens: z.int(),
    prompt_tokens_details: z.object({ cached_tokens: z.int().nullish() }).nullish(),
  }),
  /** llama-server's own figures. */
  timings: z.object({ cache_n: z.int().nullish() }).nullish(),
});

const logprobShape = { token: z.string(), logprob: z.number() };
const logprobsSchema = z.object({
  content: z.array(z.object({ ...logprobShape, top_logprobs: z.array(z.object(logprobShape)).nullish() })),
});

const replySchema = figuresSchema.extend({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish() }),
        finish_reason: z.string().nullish(),
        /** Servers differ in what they write where nothing is asked for. */
        logprobs: z.unknown().optional(),
      }),
    )
    .min(1),
});

const textReplySchema = figuresSchema.extend({
  choices: z.array(z.object({ text: z.string(), finish_reason: z.string().nullish() })).min(1),
});

/**
 * The completion that a server's answer to a conversation holds.
 *
 * @param maxTokens what the server was asked for: less than the request's where the context is nearly full.
 * @throws {RefusedRequestError} when the server does not tell the probabilities that the request asks for.
 * @throws {Error} when the answer has not the protocol's form.
 */
export function readReply(body: unknown, request: CompletionRequest, maxTokens: number): Completion {
  const reply = parse(replySchema, body);
  const [choice] = reply.choices;
  const usage = readUsage(reply);
  return {
    text: toCompletionText(restoreSpecialTokens(choice?.message.content ?? ""), request),
    finishReason: choice?.finish_reason === "length" ? lengthReason(usage, request, maxTokens) : "stop",
    usage,
    ...(request.logprobs !== undefined && { logprobs: readLogprobs(choice?.logprobs, request.logprobs) }),
  };
}

/** @param top most alternatives of a token: some servers tell one more, the token itself. */
function readLogprobs(told: unknown, top: number): TokenLogprob[] {
  const { data } = logprobsSchema.safeParse(told);
  if (!data)
    throw new RefusedRequestError(
      "logprobs: the model's server does not tell them. Ask again without logprobs.",
    );
  return data.content.map(({ token, logprob, top_logprobs }) => {
    return { token, logprob, top: (top_logprobs ?? []).slice(0, top) };
  });
}

/** The same of the answer to a prompt: the text goes on where the prompt ends. */
export function readTextReply(body: unknown, request: CompletionRequest, maxTokens: number): Completion {
  const reply = parse(textReplySchema, body);
  const [choice] = reply.choices;
  const usage = readUsage(reply);
  const text = restoreSpecialTokens(choice?.text ?? "");
  return choice?.finish_reason === "length"
    ? { text, finishReason: lengthReason(usage, request, maxTokens), usage }
    : { text: closeObject(text, request), finishReason: "stop", usage };
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Error(`its reply has not the form of the protocol: ${z.prettifyError(parsed.error)}`);
}

function toCompletionText(text: string, { constraint }: CompletionRequest): string {
  if (!constraint) return text;
  const [shape] = shapesOf(constraint) ?? [];
  return shape ? toContinuation(text, shape) : withoutFence(text).trim();
}

function readUsage({ usage, timings }: z.output<typeof figuresSchema>): TokenUsage {
  return {
    prompt_tokens: usage.prompt_tokens,
    // Servers that do not say count as not having cached anything.
    cached_tokens: usage.prompt_tokens_details?.cached_tokens ?? timings?.cache_n ?? 0,
    completion_tokens: usage.completion_tokens,
  };
}

/** `length` says that the reply was cut off, and not by what: its own limit, or the context. */
function lengthReason(
  usage: TokenUsage,
  request: CompletionRequest,
  maxTokens: number,
): "length" | "context" {
  return maxTokens < request.maxTokens || usage.completion_tokens < maxTokens ? "context" : "length";
}
