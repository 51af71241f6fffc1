import { setTimeout as sleep } from "node:timers/promises";
import { BullpenClient } from "@bullpen/client";
import type { Member } from "./member.js";
import { askedOf, type QueryPlan, queryText } from "./query-plan.js";

/** An api that does not answer has a fault. */
const TIMEOUT_MS = 10_000;

const PAUSE_MS = 250;

/**
 * Posts queries as one request under an idempotency key. The ids in order, or nothing when no answer
 * came or the request was refused for now.
 */
export async function postQueries(
  api: Member,
  plans: readonly QueryPlan[],
  key: string,
): Promise<string[] | undefined> {
  try {
    // One attempt: which api gets the next one is for the caller to say.
    const client = new BullpenClient({
      url: api.url,
      maxAttempts: 1,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const queries = plans.map((plan) => ({ query: queryText(plan), ...askedOf(plan) }));
    return (await client.queries.submitAll(queries, { idempotencyKey: key })).map(({ id }) => id);
  } catch {
    return undefined;
  }
}

/** Posts queries again and again, now to one api, now to another, until they have been accepted. */
export async function postUntilAccepted(
  apis: readonly Member[],
  plans: readonly QueryPlan[],
  key: string,
): Promise<string[]> {
  for (let attempt = 0; ; attempt++) {
    const api = apis[attempt % apis.length];
    const ids = api && (await postQueries(api, plans, key));
    if (ids) return ids;
    await sleep(PAUSE_MS);
  }
}
