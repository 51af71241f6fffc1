import { isId } from "@bullpen/contracts";

/** How the ids of items begin, by their kind, as OpenAI writes them. */
const PREFIXES = {
  message: "msg",
  function_call: "fc",
  function_call_output: "fco",
  code_interpreter_call: "ci",
  web_search_call: "ws",
  mcp_call: "mcp",
  mcp_list_tools: "mcpl",
  other: "item",
} as const;
type ItemKind = keyof typeof PREFIXES;

const [RESPONSE, QUERY] = ["resp_", "query_"];

/** The id of the response that a query gives. */
export function responseIdOf(queryId: string): string {
  return RESPONSE + queryId.slice(QUERY.length);
}

/** The query that gives a response; `undefined` for an id that is none of Bullpen's. */
export function queryOfResponse(id: string): string | undefined {
  if (!id.startsWith(RESPONSE)) return undefined;
  const queryId = QUERY + id.slice(RESPONSE.length);
  return isId("query", queryId) ? queryId : undefined;
}

/** The id of an item of a response: it names the query, and the turn that made the item or its place in a list. */
export function itemIdOf(kind: ItemKind, queryId: string, place: number | `in${number}`): string {
  return `${PREFIXES[kind]}_${queryId.slice(QUERY.length)}_${place}`;
}

/** The query in whose response an item is; `undefined` for an id that is none of Bullpen's. */
export function queryOfItem(id: string): string | undefined {
  const [, query = ""] = /^[a-z]{1,8}_([0-9a-z]{24})_/.exec(id) ?? [];
  return isId("query", QUERY + query) ? QUERY + query : undefined;
}

/** The query and turn that the id of an output item names; `undefined` for an id that is none of Bullpen's. */
export function readItemId(id: string): { readonly queryId: string; readonly step: number } | undefined {
  const [, query = "", step = ""] =
    /^(?:msg|fc|ci|ws|mcp)_([0-9a-z]{24})_(0|[1-9][0-9]{0,3})$/.exec(id) ?? [];
  const queryId = QUERY + query;
  return isId("query", queryId) ? { queryId, step: Number(step) } : undefined;
}
