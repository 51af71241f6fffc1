import { redact, type WebhookJob } from "@bullpen/contracts";
import type { WebhookEvent } from "@bullpen/protocol";
import type { Attempt, Delivery, WebhookEndpoint } from "@bullpen/storage";
import { type SendResult, sendWebhook, signEvent } from "@bullpen/webhooks";
import type { WebhookContext } from "./webhook-context.js";
import type { AttemptOutcome } from "./webhook-metrics.js";

const GONE = 410;

/**
 * Makes one attempt of a delivery. The attempt is recorded first, so that full storage or a crash cannot repeat it
 * endlessly.
 */
export async function deliverEvent(
  context: WebhookContext,
  job: WebhookJob,
  signal: AbortSignal,
): Promise<"ended" | { retryAt: number }> {
  const { webhooks } = context;
  const endpoint = await webhooks.find(job.tenant, job.endpoint_id);
  if (!endpoint) return forget(context, job);
  const known = await webhooks.delivery(job);
  if (known?.status !== "pending") {
    await webhooks.settle(job);
    return "ended";
  }
  const due = known.next_attempt_at ?? 0;
  // Redis was wiped, and with it the time of the next attempt.
  if (due > Date.now()) return { retryAt: due };
  if (await hasNoMore(context, known)) return "ended";
  const begun = begin(context, known);
  await webhooks.writeDelivery(begun);
  const startedAt = performance.now();
  const result = await send(context, endpoint, begun, signal);
  const ended = end(context, begun, result, Math.round(performance.now() - startedAt));
  if (!(await webhooks.find(job.tenant, job.endpoint_id))) return forget(context, job);
  if (ended.outcome === "gone") await webhooks.disable(endpoint, { at: Date.now(), reason: "gone" });
  await webhooks.writeDelivery(ended.delivery);
  report(context, ended);
  if (ended.delivery.next_attempt_at !== null) return { retryAt: ended.delivery.next_attempt_at };
  await webhooks.settle(job);
  return "ended";
}

/** Removes what was written for an endpoint while it was being deleted. */
async function forget({ webhooks }: WebhookContext, job: WebhookJob): Promise<"ended"> {
  await webhooks.remove({ tenant: job.tenant, id: job.endpoint_id });
  await webhooks.settle(job);
  return "ended";
}

/** Fails a delivery with no attempts left or a disabled endpoint; says whether it did. */
async function hasNoMore({ webhooks }: WebhookContext, delivery: Delivery): Promise<boolean> {
  const wasLast = delivery.attempts.length > 0 && delivery.next_attempt_at === null;
  const endpoint = { tenant: delivery.tenant, id: delivery.endpoint_id };
  const isDisabled = !delivery.once && (await webhooks.disabled(endpoint)) !== undefined;
  if (!wasLast && !isDisabled) return false;
  await webhooks.writeDelivery({ ...delivery, status: "failed", next_attempt_at: null });
  await webhooks.settle(delivery);
  return true;
}

/** A delivery whose next attempt is active, as it is stored in case this process dies. */
function begin(context: WebhookContext, delivery: Delivery): Delivery {
  const attempt: Attempt = { at: Date.now(), status_code: null, error: "interrupted", duration_ms: null };
  const begun = { ...delivery, attempts: [...delivery.attempts, attempt] };
  return { ...begun, next_attempt_at: plan(context, begun, undefined) };
}

function end(
  context: WebhookContext,
  begun: Delivery,
  result: SendResult,
  duration_ms: number,
): { delivery: Delivery; attempt: Attempt; outcome: AttemptOutcome } {
  const status_code = "error" in result ? null : result.statusCode;
  const succeeded = status_code !== null && status_code >= 200 && status_code < 300;
  const attempt = { at: attemptsOf(begun).last, status_code, error: problemOf(result), duration_ms };
  const attempts = [...begun.attempts.slice(0, -1), attempt];
  const delivery = (status: Delivery["status"], next_attempt_at: number | null): Delivery => {
    return { ...begun, attempts, status, next_attempt_at };
  };
  if (succeeded) return { delivery: delivery("delivered", null), attempt, outcome: "delivered" };
  if (status_code === GONE) return { delivery: delivery("failed", null), attempt, outcome: "gone" };
  const next = plan(context, begun, "error" in result ? undefined : result.retryAfterMs);
  if (next === null) return { delivery: delivery("failed", null), attempt, outcome: "given_up" };
  return { delivery: delivery("pending", next), attempt, outcome: "failed" };
}

/** When the next attempt is due; `null` for no further attempt. */
function plan(
  { nextAttemptAt }: WebhookContext,
  delivery: Delivery,
  retryAfterMs: number | undefined,
): number | null {
  if (delivery.once) return null;
  const { first, count } = attemptsOf(delivery);
  const failure = { attempts: count, firstAt: first, now: Date.now(), retryAfterMs, chance: Math.random() };
  return nextAttemptAt(failure) ?? null;
}

function attemptsOf({ attempts }: Delivery): { first: number; last: number; count: number } {
  const [first, last] = [attempts.at(0), attempts.at(-1)];
  if (!first || !last) throw new Error("an attempt was recorded before");
  return { first: first.at, last: last.at, count: attempts.length };
}

function problemOf(result: SendResult): string | null {
  if ("error" in result) return redact(result.error);
  const { statusCode } = result;
  if (statusCode >= 200 && statusCode < 300) return null;
  if (statusCode >= 300 && statusCode < 400) return `answered ${statusCode}; redirects are not followed`;
  return `answered ${statusCode}`;
}

function send(
  { client }: WebhookContext,
  endpoint: WebhookEndpoint,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<SendResult> {
  const event: WebhookEvent = {
    id: delivery.event_id,
    object: "event",
    type: delivery.event_type,
    created_at: Math.floor(delivery.created_at / 1_000),
    data: { id: delivery.subject_id },
  };
  const now = new Date();
  const old = endpoint.old_secret;
  const secrets = [endpoint.secret, ...(old && old.expires_at > now.getTime() ? [old.value] : [])];
  return sendWebhook({ url: endpoint.url, message: signEvent(event, secrets, now), client, signal });
}

function report(
  { logger, metrics }: WebhookContext,
  { delivery, attempt, outcome }: ReturnType<typeof end>,
): void {
  metrics.count(outcome);
  const { endpoint_id, event_id, subject_id, attempts } = delivery;
  const about = { endpoint: endpoint_id, event: event_id, subject: subject_id, attempt: attempts.length };
  if (outcome === "delivered") logger.info(about, "webhook delivered");
  else logger.warn({ ...about, error: attempt.error }, `webhook ${outcome}`);
}
