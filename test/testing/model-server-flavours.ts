import type { ChatRequest, Said } from "./model-server-request.js";

export interface HttpReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What tells one kind of model server from another at the wire. */
export interface Flavour {
  get(path: string): HttpReply;
  /** The refusal of a request that this kind does not understand. */
  refuse(chat: ChatRequest): HttpReply | undefined;
  complete(chat: ChatRequest, said: Said): object;
}

/** The model's name at the server. */
export const SERVED = "mistralai/Mixtral-8x7B-Instruct-v0.1";
const CONTEXT_TOKENS = 4_096;

const NOT_FOUND: HttpReply = { status: 404, body: { detail: "Not Found" } };

function listOf(model: object): object {
  return { object: "list", data: [{ id: SERVED, object: "model", created: 1_760_000_000, ...model }] };
}

function completion(
  chat: ChatRequest,
  said: Said,
  extra: { choice?: object; message?: object; top?: object },
) {
  const prompt = said.promptTokens ?? Math.ceil(JSON.stringify(chat.messages).length / 4);
  const generated = said.completionTokens ?? Math.ceil(said.content.length / 4);
  return {
    id: "chatcmpl-7d0f2a",
    object: "chat.completion",
    created: 1_760_000_000,
    model: chat.model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: said.content, ...extra.message },
        logprobs: null,
        finish_reason: said.finishReason ?? "stop",
        ...extra.choice,
      },
    ],
    usage: { prompt_tokens: prompt, total_tokens: prompt + generated, completion_tokens: generated },
    ...extra.top,
  };
}

function overflows(chat: ChatRequest, promptTokens: number): boolean {
  return promptTokens + chat.max_tokens > CONTEXT_TOKENS;
}

/** Servers count; here a prompt says its own length, `<3900 tokens>`. */
function promptTokensOf(chat: ChatRequest): number {
  return Number(/<(\d+) tokens>/.exec(chat.messages.map(({ content }) => content).join())?.[1] ?? 100);
}

/** With a chat template like the first Mixtral's, which knows no system messages. */
const vllm: Flavour = {
  get: (path) =>
    path === "/v1/models"
      ? {
          status: 200,
          body: listOf({ owned_by: "vllm", root: SERVED, parent: null, max_model_len: CONTEXT_TOKENS }),
        }
      : NOT_FOUND,
  refuse: (chat) => {
    const refuse = (message: string) => ({
      status: 400,
      body: { object: "error", message, type: "BadRequestError", param: null, code: 400 },
    });
    if (chat.messages[0]?.role === "system")
      return refuse("Conversation roles must alternate user/assistant/user/assistant/... None");
    const prompt = promptTokensOf(chat);
    return overflows(chat, prompt)
      ? refuse(
          `This model's maximum context length is ${CONTEXT_TOKENS} tokens. However, you requested ${prompt + chat.max_tokens} tokens (${prompt} in the messages, ${chat.max_tokens} in the completion). Please reduce the length of the messages or completion. None`,
        )
      : undefined;
  },
  complete: (chat, said) => {
    const reply = completion(chat, said, {
      message: { reasoning_content: null, tool_calls: [] },
      choice: { stop_reason: null },
      top: { prompt_logprobs: null },
    });
    const cached_tokens = said.cachedTokens ?? 0;
    return { ...reply, usage: { ...reply.usage, prompt_tokens_details: { cached_tokens } } };
  },
};

const sglang: Flavour = {
  get: (path) =>
    path === "/v1/models"
      ? { status: 200, body: listOf({ owned_by: "sglang", root: SERVED, max_model_len: CONTEXT_TOKENS }) }
      : NOT_FOUND,
  refuse: (chat) => {
    const prompt = promptTokensOf(chat);
    if (!overflows(chat, prompt)) return undefined;
    const message =
      prompt >= CONTEXT_TOKENS
        ? `The input (${prompt} tokens) is longer than the model's context length (${CONTEXT_TOKENS} tokens).`
        : `Requested token count exceeds the model's maximum context length of ${CONTEXT_TOKENS} tokens. You requested a total of ${prompt + chat.max_tokens} tokens: ${prompt} tokens from the input messages and ${chat.max_tokens} tokens for the completion.`;
    return {
      status: 400,
      body: { object: "error", message, type: "BadRequestError", param: null, code: 400 },
    };
  },
  complete: (chat, said) => {
    const reply = completion(chat, said, {
      message: { reasoning_content: null, tool_calls: null },
      choice: { matched_stop: 2 },
    });
    return { ...reply, usage: { ...reply.usage, prompt_tokens_details: null } };
  },
};

/** A TGI whose `response_format` is its own. */
const tgi: Flavour = {
  get: (path) => {
    if (path === "/v1/models") return { status: 200, body: listOf({ owned_by: SERVED }) };
    if (path !== "/info") return { status: 404, body: "" };
    const info = { model_id: SERVED, max_input_tokens: 4_095, max_total_tokens: CONTEXT_TOKENS };
    return { status: 200, body: { ...info, router: "text-generation-router", version: "2.4.0" } };
  },
  refuse: (chat) => {
    if (JSON.stringify(chat.response_format ?? {}).includes("json_schema"))
      return {
        status: 422,
        body: "Failed to deserialize the JSON body into the target type: response_format.type: unknown variant `json_schema`, expected one of `json`, `regex` at line 1 column 812",
      };
    const invalid = (message: string) => ({
      status: 422,
      body: { error: `Input validation error: ${message}`, error_type: "validation" },
    });
    if (chat.top_p >= 1) return invalid("`top_p` must be > 0.0 and < 1.0");
    const prompt = promptTokensOf(chat);
    return overflows(chat, prompt)
      ? invalid(
          `\`inputs\` tokens + \`max_new_tokens\` must be <= ${CONTEXT_TOKENS}. Given: ${prompt} \`inputs\` tokens and ${chat.max_tokens} \`max_new_tokens\``,
        )
      : undefined;
  },
  complete: (chat, said) => completion(chat, said, { top: { system_fingerprint: "2.4.0-native" } }),
};

/** It fills its context where others refuse, and refuses only a prompt that is too long by itself. */
const llamaServer: Flavour = {
  get: (path) => {
    if (path === "/v1/models")
      return { status: 200, body: listOf({ owned_by: "llamacpp", meta: { n_ctx_train: 32_768 } }) };
    if (path === "/props")
      return {
        status: 200,
        body: { default_generation_settings: { n_ctx: CONTEXT_TOKENS }, total_slots: 4 },
      };
    return {
      status: 404,
      body: { error: { code: 404, message: "File Not Found", type: "not_found_error" } },
    };
  },
  refuse: (chat) => {
    const prompt = promptTokensOf(chat);
    if (prompt < CONTEXT_TOKENS) return undefined;
    const error = {
      code: 400,
      message: `request (${prompt} tokens) exceeds the available context size (${CONTEXT_TOKENS} tokens), try increasing it`,
      type: "exceed_context_size_error",
      n_prompt_tokens: prompt,
      n_ctx: CONTEXT_TOKENS,
    };
    return { status: 400, body: { error } };
  },
  complete: (chat, said) => {
    const timings = { cache_n: said.cachedTokens ?? 0, prompt_n: 12, predicted_n: 20, predicted_ms: 100 };
    return completion(chat, said, { top: { system_fingerprint: "b6800-0000000", timings } });
  },
};

export const FLAVOURS = { vllm, sglang, tgi, "llama-server": llamaServer } as const;
