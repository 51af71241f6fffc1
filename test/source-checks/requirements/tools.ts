import type { Requirement } from "./requirement.js";

export const TOOLS = {
  "mcp-tools": { promise: "tools of MCP servers, over stdio and streamable HTTP, are tools of the agent" },
  "mcp-restart": { promise: "an MCP server that dies is restarted, and its tools tell the model meanwhile" },
  "mcp-limits": { promise: "each tool of an MCP server has a limit of its own, over all tool-workers" },
  "mcp-secrets": { promise: "an MCP server sees no environment but that of its configuration" },
  "custom-tools": { promise: "a module in TOOLS_FOLDER is a tool of the agent; a bad one stops the start" },
  "tools-contained": {
    promise: "a tool that never ends, crashes or floods costs its own call, and no other call of any tool",
  },
  "search-answers": { promise: "a search is answered by one of the chain, or fails by what became of each" },
  "search-once": { promise: "tool-workers together ask a provider once for a phrase" },
  "search-rate": { promise: "tool-workers together stay under a provider's limit" },
  "search-documents": {
    promise: "a document or line that cannot be read costs itself alone, and the operator is told",
    tests: [
      "apps/tool-worker/src/tools/search/read-documents.test.ts: a bad line or file costs itself alone, and is named",
    ],
  },
  "search-scripts": {
    promise: "local documents are found by the words of every script, those without spaces included",
    tests: ["apps/tool-worker/src/tools/search/unspaced-scripts.test.ts: found: "],
  },
  "linear-expressions": {
    promise: "no regular expression takes more than linear time on a stranger's text",
    tests: [
      "test/source-checks/regular-expressions/regular-expressions.test.ts: all of the code's do, or are listed with the reason why they may not",
    ],
  },
  "search-circuit": { promise: "a provider that keeps failing is left alone for a while, visibly" },
  "tools-fit": {
    promise: "a query that names no tools is offered those that its model's context has room for",
  },
  "grammar-open": {
    promise: "a grammar takes every input that fits its tool's schema; what it cannot say it leaves open",
  },
  "integers-exact": {
    promise: "an integer of any length reaches its tool as the model wrote it, or not at all",
  },
  "tool-by-name": { promise: "a call reaches the tool that it names, or none" },
  "tool-vanishes": { promise: "a query whose tool has gone is told so, and goes on" },
  "tool-input-checked": {
    promise: "an input that does not fit its tool's schema is an observation, and the tool is not called",
  },
  "caller-tools": {
    promise:
      "A query that calls a tool of the caller's own waits without a slot until it has the result; a call is handed out to one at a time and never after its result.",
  },
} satisfies Record<string, Requirement>;
