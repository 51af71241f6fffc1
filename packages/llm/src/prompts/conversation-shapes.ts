import { type ChatMessage, joinSameRoles, joinSystemToUser } from "./chat-messages.js";

/** The user message that is added before an assistant who speaks first. */
const GREETING: ChatMessage = { role: "user", content: "Hello." };

/**
 * The ways in which a conversation may be put to a model that does not take every order of roles, those that
 * change least first. Some models know no system role: then the instructions go to the start of the first user
 * message. Some want user and assistant to alternate: then neighbours of one role are put together. Some want
 * the user to speak first: then an assistant who does is greeted.
 */
export function conversationShapes(messages: readonly ChatMessage[]): (readonly ChatMessage[])[] {
  const greeted = greetFirst(messages);
  const openings = greeted === messages ? [messages] : [messages, greeted];
  return openings.flatMap((opening) => {
    const withoutSystem = joinSystemToUser(opening);
    return [opening, withoutSystem, joinSameRoles(opening), joinSameRoles(withoutSystem)];
  });
}

/** The shape that every model takes: user and assistant in turn, the user first, no system message. */
export function strictestShape(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return joinSameRoles(joinSystemToUser(greetFirst(messages)));
}

function greetFirst(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const first = messages.findIndex(({ role }) => role !== "system");
  return messages[first]?.role === "assistant"
    ? [...messages.slice(0, first), GREETING, ...messages.slice(first)]
    : messages;
}
