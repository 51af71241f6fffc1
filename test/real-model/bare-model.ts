import { type ChatHistoryItem, getLlama, JinjaTemplateChatWrapper, LlamaChat } from "node-llama-cpp";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** What of a conversation a model goes on with, and how far. */
export interface BarePrompt {
  readonly messages: readonly ChatMessage[];
  readonly maxTokens: number;
}

/**
 * The replies of a model file to conversations, one after the other, at temperature 0: by node-llama-cpp's own
 * chat and the file's own template, with nothing of Bullpen's.
 */
export async function replyBare(modelPath: string, prompts: readonly BarePrompt[]): Promise<string[]> {
  // More threads than free cores spin and slow each other down by a hundred times.
  const llama = await getLlama({ gpu: false, build: "never", maxThreads: 1 });
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ contextSize: 2_048, threads: 1, flashAttention: true });
  const template = model.fileInfo.metadata.tokenizer.chat_template;
  if (template === undefined) throw new Error(`${modelPath} has no chat template`);
  const chat = new LlamaChat({
    contextSequence: context.getSequence(),
    chatWrapper: new JinjaTemplateChatWrapper({
      template,
      tokenizer: model.tokenizer,
      trimLeadingWhitespaceInResponses: false,
    }),
  });
  const replies: string[] = [];
  for (const { messages, maxTokens } of prompts) {
    const history = [...messages.map(toHistoryItem), { type: "model" as const, response: [] }];
    const { response } = await chat.generateResponse(history, {
      temperature: 0,
      maxTokens,
      repeatPenalty: false,
    });
    replies.push(response);
  }
  await llama.dispose();
  return replies;
}

function toHistoryItem({ role, content }: ChatMessage): ChatHistoryItem {
  if (role === "assistant") return { type: "model", response: [content] };
  return { type: role, text: content };
}
