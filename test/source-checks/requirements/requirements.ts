import { AGENT } from "./agent.js";
import { BATCHES } from "./batches.js";
import { FAILURES } from "./failures.js";
import { FLEET } from "./fleet.js";
import { INVARIANTS } from "./invariants.js";
import type { Requirement } from "./requirement.js";
import { TOOLS } from "./tools.js";
import { WEBHOOKS } from "./webhooks.js";

export const REQUIREMENTS: Readonly<Record<string, Requirement>> = {
  ...INVARIANTS,
  ...FAILURES,
  ...AGENT,
  ...BATCHES,
  ...TOOLS,
  ...FLEET,
  ...WEBHOOKS,
};

export type RequirementId =
  | keyof typeof INVARIANTS
  | keyof typeof FAILURES
  | keyof typeof AGENT
  | keyof typeof BATCHES
  | keyof typeof TOOLS
  | keyof typeof FLEET
  | keyof typeof WEBHOOKS;

/** A test's title that cites what the test verifies. */
export function verifies(ids: readonly RequirementId[], title: string): string {
  return `${title} ${ids.map((id) => `[${id}]`).join(" ")}`;
}
