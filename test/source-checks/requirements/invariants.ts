import type { Requirement } from "./requirement.js";

const slots = (title: string) => `test/in-process/slots.test.ts: ${title}`;
const fairness = (title: string) => `test/in-process/fairness.test.ts: ${title}`;
const limits = (title: string) => `packages/python-sandbox/src/limits.test.ts: ${title}`;
const sandbox = (title: string) => `packages/python-sandbox/test/${title}`;

export const INVARIANTS = {
  "batch-lines-once": {
    promise:
      "I1: every accepted line of a batch appears exactly once, in the output or in the error file, in input order",
  },
  "batch-counts-agree": {
    promise: "I1: a batch's counts, files and dashboard agree at every moment",
  },
  "query-once": {
    promise: "I1, for single queries: every accepted query ends exactly once, with one answer",
    tests: ["test/process/kill.test.ts: kill -9 of worker and tool-worker during 200 queries"],
  },
  "steps-once": { promise: "I2: a finished step is never run again; one in flight at a crash may be" },
  "tools-once": { promise: "I2: a tool's recorded outcome is reused, and its tool not run again" },
  fencing: { promise: "I2: a worker that lost its lock can finish no step that another has taken" },
  "waiting-holds-no-slot": {
    promise: "I3: while a query waits for a tool it holds no GPU slot",
    tests: [slots("with one slot, a query runs while three others wait for a slow tool")],
  },
  "resumed-first": {
    promise: "I4: a resumed query takes precedence over a fresh one",
    tests: [slots("a query that comes back from its tool takes precedence over those that have not begun")],
  },
  "interactive-first": {
    promise: "I4: an interactive query takes precedence over a batch's",
    tests: [fairness("a batch's queries run after interactive ones that come later")],
  },
  "tenants-share": {
    promise: "I4: two tenants with equal work finish at about the same time whatever either submitted first",
    tests: [
      fairness("a tenant with few queries does not wait for one with many that came first"),
      fairness("who makes more work a query gets fewer turns"),
    ],
  },
  "memory-in-flight": {
    promise: "I5: Redis memory depends on what is in flight, not on how large a batch is",
  },
  "transcript-linear": {
    promise: "a transcript is linear in its steps: nothing is rewritten",
    tests: ["test/in-process/transcript-cost.test.ts: a query of 100 tool calls and 200,000 tokens"],
  },
  "tenants-apart": {
    promise: "I6: a tenant sees nothing of another's",
    later: "there are no API keys yet: all queries are one tenant's",
  },
  "code-is-walled": {
    promise: "I6: code written by a model reaches no network, no file, no secret, no other run's data",
    tests: [sandbox("escape/escape.test.ts: Python that tries to escape is contained")],
  },
  "same-as-cpython": {
    promise: "a program comes to what CPython 3.12 makes of it",
    tests: [sandbox("conformance/conformance.test.ts: snippets have the value, or the class of error")],
  },
  "wall-bites": {
    promise: "I6: a wall with a hole in it is caught by the attacks",
    tests: [sandbox("escape/broken-builds.test.ts: the attacks find a hole that was made on purpose")],
  },
  "code-ends": {
    promise: "I6: code written by a model ends at its limits",
    tests: [
      limits("a program that does not end is stopped"),
      limits("a memory bomb is an error, and memory below the limit is there"),
      sandbox("escape/escape.test.ts: Python that tries to escape is contained"),
    ],
  },
  "batch-durable": {
    promise: "I7: no 2xx for a batch before its manifest and input are on disk",
  },
} satisfies Record<string, Requirement>;
