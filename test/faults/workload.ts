import { setTimeout as sleep } from "node:timers/promises";
import { type AgentJob, samplingSchema } from "@bullpen/contracts";
import { AgentQueues, type QueryRecord } from "@bullpen/queue";
import { agentJob } from "../testing/agent-harness.js";
import { until } from "../testing/until.js";
import { postUntilAccepted } from "./api-client.js";
import type { Verdict } from "./check-history.js";
import { checkHistory } from "./check-history.js";
import { mayBeLost } from "./checks/case.js";
import type { Fleet, FleetRedis } from "./fleet.js";
import { now, readHistory } from "./history.js";
import type { InjectedFault } from "./injectors/injected-fault.js";
import { MODEL } from "./model-name.js";
import { askedOf, type QueryPlan, queryText } from "./query-plan.js";

const SUBMITTED_AT_ONCE = 500;
const READ_AT_ONCE = 200;

/** The queries of a run: submits them, waits for them, and collects the evidence. */
export class Workload {
  readonly queues: AgentQueues;
  readonly accepted = new Map<string, QueryPlan>();
  /** When each query that came through an api was accepted. */
  readonly #acceptedAt = new Map<string, number>();
  readonly #fleet: Fleet<FleetRedis>;

  constructor(fleet: Fleet<FleetRedis>) {
    this.#fleet = fleet;
    this.queues = new AgentQueues({ redis: fleet.redis.connection, retentionSeconds: 86_400 });
  }

  /** Submits plans in order and returns the ids in the same order. */
  async submit(plans: readonly QueryPlan[]): Promise<string[]> {
    const all: string[] = [];
    for (let i = 0; i < plans.length; i += SUBMITTED_AT_ONCE) {
      const part = plans.slice(i, i + SUBMITTED_AT_ONCE);
      const ids = await this.queues.submit(part.map(toJob));
      ids.forEach((id, k) => {
        const plan = part[k];
        if (plan) this.accepted.set(id, plan);
      });
      all.push(...ids);
    }
    return all;
  }

  /** Posts plans to the apis, `together` in one request, and each request again until it is accepted. */
  async postAll(plans: readonly QueryPlan[], together: number, everyMs: number): Promise<void> {
    const posting: Promise<void>[] = [];
    for (let i = 0; i < plans.length; i += together) {
      posting.push(this.#post(plans.slice(i, i + together)));
      await sleep(everyMs);
    }
    await Promise.all(posting);
  }

  async #post(plans: readonly QueryPlan[]): Promise<void> {
    const key = `task ${plans[0]?.index}`;
    const ids = await postUntilAccepted(this.#fleet.of("api"), plans, key);
    ids.forEach((id, i) => {
      const plan = plans[i];
      if (!plan) return;
      this.accepted.set(id, plan);
      this.#acceptedAt.set(id, now());
    });
  }

  /** Takes out what was accepted in the moments that Redis may lose, and is gone; returns how many. */
  async forgiveLost(faults: readonly InjectedFault[]): Promise<number> {
    let lost = 0;
    for (const [id, at] of this.#acceptedAt) {
      if (!mayBeLost(at, faults) || (await this.queues.find(id))) continue;
      this.accepted.delete(id);
      lost++;
    }
    return lost;
  }

  async ended(): Promise<number> {
    const counts = await this.queues.counts(MODEL);
    return counts.completed + counts.not_completed;
  }

  /** Waits until all queries have ended that were accepted. */
  async untilEnded(deadlineMs: number): Promise<void> {
    const isDone = async () => (await this.ended()) >= this.accepted.size;
    await until(`${this.accepted.size} queries end`, isDone, deadlineMs);
    // The count may hold queries that were taken although their submission failed: check each.
    for (const id of this.accepted.keys()) {
      await until(`${id} ends`, async () => (await this.queues.find(id))?.outcome !== undefined, deadlineMs);
    }
  }

  async judge(faults: readonly InjectedFault[], slots: number): Promise<Verdict> {
    return checkHistory({
      events: readHistory(this.#fleet.historyFolder),
      faults,
      accepted: this.accepted,
      records: await this.#records(),
      listed: await this.#list(),
      slots,
    });
  }

  async close(): Promise<void> {
    await this.queues.close();
  }

  async #records(): Promise<Map<string, QueryRecord>> {
    const records = new Map<string, QueryRecord>();
    const ids = [...this.accepted.keys()];
    for (let i = 0; i < ids.length; i += READ_AT_ONCE) {
      const part = await Promise.all(ids.slice(i, i + READ_AT_ONCE).map((id) => this.queues.find(id)));
      for (const record of part) if (record) records.set(record.id, record);
    }
    return records;
  }

  async #list(): Promise<string[]> {
    const all: string[] = [];
    for (;;) {
      const page = await this.queues.list("default", all.at(-1), READ_AT_ONCE);
      all.push(...page.flatMap(({ id, record }) => (record ? [id] : [])));
      if (page.length < READ_AT_ONCE) return all;
    }
  }
}

/** A query as the api would make it. */
function toJob(plan: QueryPlan): AgentJob {
  const { votes, seed } = askedOf(plan);
  return agentJob(queryText(plan), { model: MODEL, votes, sampling: samplingSchema.parse({ seed }) });
}

/** Plans with 1 to 5 tools, of which every tenth votes, in a fixed mixture. */
export function makePlans(count: number): QueryPlan[] {
  return Array.from({ length: count }, (_, index) => {
    const tools = 1 + ((index * 7) % 5);
    return index % 10 === 9 ? { index, tools, votes: 3 } : { index, tools };
  });
}
