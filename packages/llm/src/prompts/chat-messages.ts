import type { Message } from "@bullpen/contracts";

/** A message in the three roles that chat models know. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** A tool's output becomes a user message. */
export function withChatRole({ role, content }: Message): ChatMessage {
  return role === "tool" ? { role: "user", content: `Tool Output: ${content}` } : { role, content };
}

/** Puts the instructions at the start of the first user message, or in a user message of their own. */
export function joinSystemToUser(messages: readonly ChatMessage[]): ChatMessage[] {
  const instructions = messages.filter((m) => m.role === "system").map((m) => m.content);
  const rest = messages.filter((m) => m.role !== "system");
  if (instructions.length === 0) return rest;
  const first = rest.findIndex((m) => m.role === "user");
  if (first === -1) return [{ role: "user", content: instructions.join("\n\n") }, ...rest];
  return rest.map((message, index) =>
    index === first ? { role: "user", content: [...instructions, message.content].join("\n\n") } : message,
  );
}

/** Neighbours of one role put together, for models that want user and assistant to alternate. */
export function joinSameRoles(messages: readonly ChatMessage[]): ChatMessage[] {
  const joined: ChatMessage[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (last?.role === message.role)
      joined[joined.length - 1] = { role: last.role, content: `${last.content}\n\n${message.content}` };
    else joined.push(message);
  }
  return joined;
}
