import { Counter, type Registry } from "@bullpen/runtime";

const OUTCOMES = ["delivered", "failed", "given_up", "gone"] as const;
/** How an attempt ended: `given_up` is the last failure of a delivery, `gone` a 410. */
export type AttemptOutcome = (typeof OUTCOMES)[number];

export interface WebhookMetrics {
  count(outcome: AttemptOutcome): void;
}

export function createWebhookMetrics(registry: Registry): WebhookMetrics {
  const attempts = new Counter({
    name: "bullpen_webhook_attempts_total",
    help: "Attempts to deliver a webhook, by outcome: delivered, failed (tried again), given_up, gone (410).",
    labelNames: ["outcome"],
    registers: [registry],
  });
  // A counter that is there from the start shows its first event as a rise.
  for (const outcome of OUTCOMES) attempts.inc({ outcome }, 0);
  return { count: (outcome) => attempts.inc({ outcome }) };
}
