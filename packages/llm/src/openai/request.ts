import {
  ACTION_PRIMER,
  type CompletionRequest,
  FINAL_ANSWER,
  type JsonSchema,
  type Message,
} from "@bullpen/contracts";
import { type ChatMessage, joinSystemToUser, withChatRole } from "../prompts/chat-messages.js";
import { conversationShapes } from "../prompts/conversation-shapes.js";
import { splitAssistantTurn } from "../prompts/prompt-format.js";
import { spellOutSpecialTokens } from "../prompts/spell-out-special-tokens.js";
import { toReply } from "./action-text.js";
import type { OpenAiDialect } from "./dialect.js";

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
 * of an action is left out: the JSON schema asks for the whole object.
 */
export function toChatRequest(request: CompletionRequest, options: ChatRequestOptions): object {
  const { model, dialect, maxTokens, messages } = options;
  return {
    model,
    messages,
    max_tokens: maxTokens,
    stream: false,
    ...sampling(request, dialect),
    ...(request.format === "action"
      ? structuredOutput(request.tools, dialect)
      : prefill(request.primer, dialect)),
  };
}

/** The conversation in the shapes that the model behind the server may take, those that change least first. */
export function chatShapes(
  { messages, primer, format }: CompletionRequest,
  { systemRole }: OpenAiDialect,
): readonly (readonly ChatMessage[])[] {
  const chat = messages.map((message) => {
    const { role, content } = withChatRole(withoutPrimer(message));
    return { role, content: spellOutSpecialTokens(content) };
  });
  const begun: ChatMessage[] =
    format === "text" && primer !== "" ? [{ role: "assistant", content: spellOutSpecialTokens(primer) }] : [];
  const shapes = conversationShapes([...(systemRole ? chat : joinSystemToUser(chat)), ...begun]);
  const unlike = new Map(shapes.map((shape) => [JSON.stringify(shape), shape]));
  return [...unlike.values()];
}

/** Asks for a reply to be continued, as vLLM, SGLang and llama-server do it; others begin a new one. */
function prefill(primer: string, { extensions }: OpenAiDialect): object {
  return primer !== "" && extensions ? { continue_final_message: true, add_generation_prompt: false } : {};
}

/** A turn of the model as it wrote it, so that the server finds it in its prefix cache. */
function withoutPrimer(message: Message): Message {
  if (message.role !== "assistant") return message;
  const { primer, continuation } = splitAssistantTurn(message.content, ACTION_PRIMER);
  return primer === "" ? message : { role: "assistant", content: toReply(continuation) };
}

const NEARLY_ALL = 0.9999;

function sampling({ sampling }: CompletionRequest, { extensions, fullTopP }: OpenAiDialect): object {
  const { temperature, top_p, top_k, repetition_penalty, seed } = sampling;
  return {
    temperature,
    // Said even where it keeps all: vLLM would take the model's own default.
    top_p: top_p === 1 && !fullTopP ? NEARLY_ALL : top_p,
    ...(seed !== undefined && { seed }),
    ...(extensions && {
      // -1 is off in vLLM, SGLang and llama-server; 0 is an error in older vLLM.
      top_k: top_k === 0 ? -1 : top_k,
      min_p: 0,
      // One name in vLLM and SGLang, the other in llama-server.
      repetition_penalty,
      repeat_penalty: repetition_penalty,
      // A block of thoughts would have to come before the action.
      chat_template_kwargs: { enable_thinking: false },
    }),
  };
}

function structuredOutput(tools: CompletionRequest["tools"], { structuredOutput }: OpenAiDialect): object {
  const schema = actionJsonSchema(tools);
  if (structuredOutput === "guided_json") return { guided_json: schema };
  if (structuredOutput === "json_value") return { response_format: { type: "json", value: schema } };
  return { response_format: { type: "json_schema", json_schema: { name: "action", strict: true, schema } } };
}

/** One shape for all that take a text, and one for each tool with a schema of its own. */
function actionJsonSchema(tools: CompletionRequest["tools"]): object {
  if (!tools) return actionShape({ type: "string" }, { type: "string" });
  const texts = tools.filter((tool) => !tool.inputSchema).map((tool) => tool.name);
  const shapes = [
    actionShape({ type: "string", enum: [...texts, FINAL_ANSWER] }, { type: "string" }),
    ...tools.flatMap(({ name, inputSchema }) =>
      inputSchema ? [actionShape({ type: "string", enum: [name] }, embedded(inputSchema))] : [],
    ),
  ];
  const [only] = shapes;
  return shapes.length === 1 && only ? only : { anyOf: shapes };
}

/**
 * A tool's schema as a part of another. References start at the root, which is no longer its own: a schema
 * that has some stands for any object, and is checked before the call.
 */
function embedded({ $schema: _, ...schema }: JsonSchema): object {
  return JSON.stringify(schema).includes('"$ref":') ? { type: "object" } : schema;
}

/** The order of the properties is the order in which they are generated. */
function actionShape(tool_name: object, input: object): object {
  return {
    type: "object",
    properties: { tool_name, input },
    required: ["tool_name", "input"],
    additionalProperties: false,
  };
}
