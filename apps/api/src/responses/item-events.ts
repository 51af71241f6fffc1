import type { OutputItem, ResponseEvent } from "@bullpen/protocol";

type WithoutPlace<Event> = Event extends ResponseEvent
  ? Omit<Event, "sequence_number" | "output_index" | "item_id">
  : never;

/** An event of an item, without its place. */
export type ItemEvent = WithoutPlace<
  Extract<
    ResponseEvent,
    { type: `response.${"code_interpreter" | "web_search" | "mcp" | "function_call"}_${string}` }
  >
>;

/** An item as it is when it is added: nothing of it is known. */
export function addedItem(item: OutputItem): OutputItem {
  switch (item.type) {
    case "code_interpreter_call":
      return { ...item, status: "in_progress", code: "", outputs: null };
    case "function_call":
      return { ...item, status: "in_progress", arguments: "" };
    case "mcp_call":
      return { ...item, status: "in_progress", arguments: "", output: null, error: null };
    case "mcp_list_tools":
      return { ...item, tools: [] };
    case "web_search_call":
      return { ...item, status: "in_progress" };
    case "message":
      return { ...item, status: "in_progress", content: [] };
  }
}

/** What comes after the item was added: its call, up to where its tool runs. */
export function itemBegins(item: OutputItem): ItemEvent[] {
  switch (item.type) {
    case "code_interpreter_call":
      return [
        { type: "response.code_interpreter_call.in_progress" },
        { type: "response.code_interpreter_call_code.delta", delta: item.code },
        { type: "response.code_interpreter_call_code.done", code: item.code },
        { type: "response.code_interpreter_call.interpreting" },
      ];
    case "web_search_call":
      return [
        { type: "response.web_search_call.in_progress" },
        { type: "response.web_search_call.searching" },
      ];
    case "mcp_call":
      return [
        { type: "response.mcp_call.in_progress" },
        { type: "response.mcp_call_arguments.delta", delta: item.arguments },
        { type: "response.mcp_call_arguments.done", arguments: item.arguments },
      ];
    case "function_call":
      return [
        { type: "response.function_call_arguments.delta", delta: item.arguments },
        { type: "response.function_call_arguments.done", arguments: item.arguments },
      ];
    case "mcp_list_tools":
      return [{ type: "response.mcp_list_tools.in_progress" }];
    case "message":
      return [];
  }
}

/** What comes before the item is done: how its tool has ended. */
export function itemEnds(item: OutputItem): ItemEvent[] {
  if ("status" in item && item.status === "incomplete") return [];
  switch (item.type) {
    case "code_interpreter_call":
      return [{ type: "response.code_interpreter_call.completed" }];
    case "web_search_call":
      return [{ type: "response.web_search_call.completed" }];
    case "mcp_call":
      return [
        { type: item.status === "failed" ? "response.mcp_call.failed" : "response.mcp_call.completed" },
      ];
    case "mcp_list_tools":
      return [{ type: "response.mcp_list_tools.completed" }];
    default:
      return [];
  }
}
