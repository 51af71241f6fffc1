import { type CompletionRequest, type Constraint, type Message, shapesOf } from "@bullpen/contracts";
import { type ChatMessage, joinSystemToUser, withChatRole } from "../prompts/chat-messages.js";
import { conversationShapes } from "../prompts/conversation-shapes.js";
import { splitAssistantTurn } from "../prompts/prompt-format.js";
import { spellOutSpecialTokens } from "../prompts/spell-out-special-tokens.js";
import { constraintSchema } from "./constraint-schema.js";
import type { OpenAiDialect } from "./dialect.js";
import { toReply } from "./object-text.js";

export interface ChatRequestOptions {
  /** The name that the server has for the model. */
  readonly model: string;
  readonly dialect: OpenAiDialect;
  readonly maxTokens: number;
  /** One of {@link chatShapes}. */
  readonly messages: readonly ChatMessage[];
}

/**
 * The body of `POST /chat/completions`. A chat endpoint begins the assistant's turn itself, so the primer
 * of an object is left out: the JSON schema asks for the whole object.
 */
export function toChatRequest(request: CompletionRequest, options: ChatRequestOptions): object {
  const { model, dialect, maxTokens, messages } = options;
  return {
    model,
    messages,
    max_tokens: maxTokens,
    stream: false,
    ...samplingFields(request, dialect),
    ...(request.stop && !request.constraint && { stop: request.stop }),
    ...(request.logprobs !== undefined && { logprobs: true, top_logprobs: request.logprobs }),
    // A thinking block would come before the object.
    ...(dialect.extensions && { chat_template_kwargs: { enable_thinking: false } }),
    ...(request.constraint
      ? structuredOutput(request.constraint, dialect)
      : prefill(request.primer, dialect)),
  };
}

/** The conversation in the shapes that the server's model may take, those that change least first. */
export function chatShapes(
  request: CompletionRequest,
  { systemRole }: OpenAiDialect,
): readonly (readonly ChatMessage[])[] {
  const { messages, primer, constraint } = request;
  const chat = messages.map((message) => {
    const { role, content } = withChatRole(withoutPrimer(message, request));
    return { role, content: spellOutSpecialTokens(content) };
  });
  const begun: ChatMessage[] =
    !constraint && primer !== "" ? [{ role: "assistant", content: spellOutSpecialTokens(primer) }] : [];
  const shapes = conversationShapes([...(systemRole ? chat : joinSystemToUser(chat)), ...begun]);
  const unlike = new Map(shapes.map((shape) => [JSON.stringify(shape), shape]));
  return [...unlike.values()];
}

/** Asks for a reply to be continued, as vLLM, SGLang and llama-server do it; others start a new reply. */
function prefill(primer: string, { extensions }: OpenAiDialect): object {
  return primer !== "" && extensions ? { continue_final_message: true, add_generation_prompt: false } : {};
}

/** A turn of the model as it wrote it, so that the server finds it in its prefix cache. */
function withoutPrimer(message: Message, request: CompletionRequest): Message {
  const [shape] = shapesOf(request.constraint) ?? [];
  if (message.role !== "assistant" || !shape) return message;
  const { primer, continuation } = splitAssistantTurn(message.content, request);
  return primer === "" ? message : { role: "assistant", content: toReply(continuation, shape) };
}

const NEARLY_ALL = 0.9999;

/** How tokens are sampled, as the server takes it. */
export function samplingFields(
  { sampling }: CompletionRequest,
  { extensions, fullTopP }: OpenAiDialect,
): object {
  const { temperature, top_p, top_k, repetition_penalty, seed, ...further } = sampling;
  return {
    temperature,
    // Sent even if it keeps all tokens: vLLM would take the model's own default.
    top_p: top_p === 1 && !fullTopP ? NEARLY_ALL : top_p,
    ...(seed !== undefined && { seed }),
    ...further,
    ...(extensions && {
      // -1 is off in vLLM, SGLang and llama-server; 0 is an error in older vLLM.
      top_k: top_k === 0 ? -1 : top_k,
      min_p: 0,
      // One name in vLLM and SGLang, the other in llama-server.
      repetition_penalty,
      repeat_penalty: repetition_penalty,
    }),
  };
}

function structuredOutput(constraint: Constraint, { structuredOutput }: OpenAiDialect): object {
  const schema = constraintSchema(constraint);
  if (structuredOutput === "guided_json") return { guided_json: schema };
  if (structuredOutput === "json_value") return { response_format: { type: "json", value: schema } };
  const json_schema = { name: constraint.name, strict: true, schema };
  return { response_format: { type: "json_schema", json_schema } };
}
