import type { Requirement } from "./requirement.js";

const agentLoop = (title: string) => `test/in-process/agent-loop.test.ts: ${title}`;
const ending = (title: string) => `test/in-process/ending.test.ts: ${title}`;
const cancel = (title: string) => `test/in-process/cancel.test.ts: ${title}`;

export const AGENT = {
  "agent-tools": {
    promise: "a turn names a tool, whose observation the next turn reads",
    tests: [agentLoop("a query goes through several tools to its answer, every step recorded")],
  },
  "agent-final": {
    promise: "Final Answer, or another name that says so, ends the loop with its input",
    tests: [
      agentLoop("an answer without a tool takes one turn"),
      agentLoop("a name that is another word for an answer gives the answer"),
    ],
  },
  "agent-unknown-tool": {
    promise:
      "a model that names a tool which there is not is told the tools; a second such name in a row answers",
    tests: [
      agentLoop("a turn that names a tool which there is not is told the tools"),
      agentLoop("a second name in a row that is no tool's gives the answer"),
    ],
  },
  "agent-cut-off": {
    promise: "an answer that max_tokens cuts off is an answer with finish_reason length, not an error",
    tests: [agentLoop("a reply that max_tokens cuts off ends the query with what there is, and says so")],
  },
  "agent-tool-failure": {
    promise: "a tool that fails is an observation the model can react to, never a dead query",
    tests: [
      agentLoop("a tool that fails becomes an observation"),
      agentLoop("a tool whose job fails for good becomes an observation after its retries"),
    ],
  },
  "agent-max-steps": {
    promise: "a query ends failed at its limit of steps, transcript kept",
    tests: [agentLoop("a query ends at its limit of steps, and the last step's tool is not run")],
  },
  "agent-max-tokens": {
    promise: "a query ends failed at its limit of tokens",
    tests: [agentLoop("a query ends at its limit of tokens")],
  },
  "agent-context": {
    promise: "a query ends failed when its context is full, transcript kept",
    tests: [agentLoop("a full context ends the query with its code and keeps the transcript")],
  },
  "agent-malformed": {
    promise: "a reply that is no action is corrected, and given up after three in a row",
    tests: [
      agentLoop("a reply that is no action is corrected, and given up after three in a row"),
      agentLoop("a reply that was cut off is asked for again, shorter"),
    ],
  },
  votes: {
    promise:
      "a query with votes answers with what most of its runs answer; none begins once that is decided, and none is run twice",
  },
  "agent-cancel": {
    promise: "a query is cancelled wherever it is, and keeps an end that it had before",
    tests: [
      cancel("a running query is cancelled in the middle of its turn"),
      cancel("a query that waits for a tool is cancelled with its tool call"),
      cancel("a queued query is cancelled without being run"),
      cancel("a query that has ended cannot be cancelled"),
    ],
  },
  "agent-deadline": {
    promise: "a query ends at its deadline",
    tests: [ending("a query past its deadline expires")],
  },
} satisfies Record<string, Requirement>;
