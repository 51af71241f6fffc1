import { z } from "zod";

/** A parameter that has no effect here: only values that ask for nothing are taken. */
export function only(values: readonly unknown[], advice: string) {
  return z
    .unknown()
    .refine((given) => given === undefined || values.some((value) => sameJson(given, value)), advice)
    .optional();
}

/** Requests are bounded in depth before they come to a schema. */
function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A label of the caller's own. It changes nothing. */
const label = z.string().optional();
/** A hint that makes things quicker elsewhere. The answer is the same without it. */
const hint = z.unknown().optional();

/** Parameters of OpenAI's API that Bullpen has no use for. */
const OPENAI = {
  user: label,
  safety_identifier: label,
  prompt_cache_key: label,
  prompt_cache_retention: label,
  prompt_cache_options: hint,
  prediction: hint,
  /** Every query can be read by its id for some time (RETENTION_SECONDS). */
  store: z.boolean().optional(),
  /** Allows several calls at once, and demands none. */
  parallel_tool_calls: z.boolean().optional(),
  modalities: only([["text"]], 'must be ["text"]'),
  audio: only([], "cannot be set: answers are text"),
  /** Models do not think before they answer. */
  reasoning_effort: z.string().max(64).optional(),
  verbosity: only(["medium"], "cannot be set"),
  web_search_options: only([], 'cannot be set: the agent searches by its tool "Search"'),
};

const NOT_HERE = "cannot be set: Bullpen does not have it";

/** What vLLM adds to OpenAI's parameters, at the values that it has by itself. */
const VLLM = {
  request_id: label,
  cache_salt: label,
  priority: only([0], "must be 0: tenants share the model by what their queries cost"),
  best_of: only([1], "must be 1: send the request again for another answer"),
  use_beam_search: only([false], NOT_HERE),
  min_p: only([0], "must be 0; use top_p"),
  length_penalty: only([1], NOT_HERE),
  min_tokens: only([0], NOT_HERE),
  ignore_eos: only([false], NOT_HERE),
  stop_token_ids: only([[]], "cannot be set: an agent's turn ends with its action"),
  include_stop_str_in_output: only([false], NOT_HERE),
  bad_words: only([[]], NOT_HERE),
  allowed_token_ids: only([], NOT_HERE),
  logits_processors: only([[]], NOT_HERE),
  prompt_logprobs: only([], "cannot be set: probabilities of the answer alone are told (logprobs)"),
  skip_special_tokens: only([true], "must be true: answers are plain text"),
  spaces_between_special_tokens: only([true], "must be true: answers are plain text"),
  detokenize: only([true], "must be true: answers are plain text"),
  truncate_prompt_tokens: only([], "cannot be set: shorten the messages"),
  echo: only([false], "must be false: the answer alone comes back"),
  add_generation_prompt: only([true], NOT_HERE),
  continue_final_message: only([false], NOT_HERE),
  add_special_tokens: only([false], NOT_HERE),
  documents: only([[]], "cannot be set: put the documents into a message"),
  chat_template: only([], "cannot be set: the server has the model's"),
  chat_template_kwargs: only([{}], "must be empty: the server has the model's template"),
  mm_processor_kwargs: only([{}], "must be empty: only text is read"),
  media_io_kwargs: only([{}], "must be empty: only text is read"),
  include_reasoning: only([true, false], "must be true or false: there is no reasoning to include"),
  structured_outputs: only([], "cannot be set: use response_format"),
  guided_json: only([], "cannot be set: use response_format"),
  guided_regex: only([], "cannot be set: use response_format with a pattern"),
  guided_choice: only([], "cannot be set: use response_format with an enum"),
  guided_grammar: only([], "cannot be set: use response_format"),
  return_tokens_as_token_ids: only([false], NOT_HERE),
  return_token_ids: only([false], NOT_HERE),
  kv_transfer_params: only([{}], NOT_HERE),
  vllm_xargs: only([{}], NOT_HERE),
};

/**
 * Parameters of a chat request that change nothing: labels, and those that are taken at the values alone
 * that ask for nothing. Every value that would change the answer is refused by name, never ignored.
 */
export const neutralParameters = { ...OPENAI, ...VLLM };
