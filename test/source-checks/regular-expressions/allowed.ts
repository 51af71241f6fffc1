/** A regular expression that may stay although it can take more than linear time, or cannot be checked. */
export interface Allowed {
  readonly file: string;
  /** As a literal, or the beginning of the call that makes it. */
  readonly text: string;
  readonly why: string;
}

export const ALLOWED: readonly Allowed[] = [
  {
    file: "apps/dashboard/src/offline-express-adapter.ts",
    text: "/<link",
    why: "sees bull-board's own page, which holds nothing of a stranger's",
  },
  {
    file: "apps/tool-worker/src/input/example-scalars.ts",
    text: 'new RegExp(pattern, "u")',
    why: "sees a few fixed texts of our own, of 16 characters where a group of the pattern repeats",
  },
  {
    file: "packages/contracts/src/redact.ts",
    text: "/redis[a-z+-]*$/i",
    why: "sees 20 characters",
  },
  {
    file: "packages/llm/src/openai/client.ts",
    text: "/\\/+$/",
    why: "sees LLM_BASE_URL, which the operator sets",
  },
  {
    file: "packages/llm/src/prompts/spell-out-special-tokens.ts",
    text: "new RegExp(FORMS",
    why: "a choice of a few forms, none of which repeats without limit",
  },
  {
    file: "packages/redis/src/health/redis-memory.ts",
    text: "new RegExp(`^$",
    why: "sees what Redis says of itself",
  },
  {
    file: "packages/redis/src/health/redis-outage.ts",
    text: "new RegExp(`(?:^|",
    why: "a choice of fixed words",
  },
];
