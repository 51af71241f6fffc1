import { setTimeout as sleep } from "node:timers/promises";
import type { CompletionRequest, Outcome, Step, Transcript, Turn } from "@bullpen/contracts";
import { type LeasedQuery, transcriptKey } from "@bullpen/queue";
import type { Redis } from "@bullpen/redis";
import type { Entry } from "./run-entry.js";
import type { Build } from "./settings.js";

/** How long the build that holds its slot does so. */
const LINGER_MS = 2_600;
/** By how much the tool is ahead of the record of its call. */
const HEAD_START_MS = 400;

/** A query's ports as a broken build would have them; the product's own for the sound build. */
export function breakQuery({ settings, redis }: Entry, query: LeasedQuery): LeasedQuery {
  switch (settings.build) {
    case "forgets-turns":
      return { ...query, log: forgetFirstTurn(query) };
    case "no-write-ahead":
      return callBeforeRecording(query);
    case "overwrites-turns":
      return { ...query, log: overwriteTurns(redis, query) };
    case "random-tool-ids":
      return { ...query, toolRunner: callUnderRandomId(query) };
    default:
      return query;
  }
}

/** The model's request as a build that mixes up its queries would make it. */
export function breakModel(build: Build, request: CompletionRequest): CompletionRequest {
  if (build !== "mixes-up-queries") return request;
  const messages = request.messages.map((message) =>
    message.role === "user"
      ? { ...message, content: message.content.replace(/^task \d/, "task 1") }
      : message,
  );
  return { ...request, messages };
}

/** A build without suspension sits on its slot while the tool runs. */
export async function lingerBeforeLettingGo(build: Build, outcome: Outcome | "suspended"): Promise<void> {
  if (build === "holds-the-slot" && outcome === "suspended") await sleep(LINGER_MS);
}

const forgotten = new Set<string>();

/** Acknowledges each query's first turn without writing it. */
function forgetFirstTurn({ id, log }: LeasedQuery): LeasedQuery["log"] {
  return {
    ...log,
    recordTurn: async (step, turn, outcome) => {
      if (forgotten.has(id)) return log.recordTurn(step, turn, outcome);
      forgotten.add(id);
    },
  };
}

/** Keeps a turn in memory, acts on it, and writes it down afterwards. */
function callBeforeRecording(query: LeasedQuery): LeasedQuery {
  let kept: { step: number; turn: Turn } | undefined;
  const write = async () => {
    const unwritten = kept;
    kept = undefined;
    if (unwritten) await query.log.recordTurn(unwritten.step, unwritten.turn);
  };
  return {
    ...query,
    log: {
      ...query.log,
      read: async (): Promise<Transcript> => {
        const transcript = await query.log.read();
        if (!kept) return transcript;
        const steps = [...transcript.steps.slice(0, kept.step), { turn: kept.turn, observation: undefined }];
        return { ...transcript, steps };
      },
      recordTurn: async (step, turn, outcome) => {
        if (outcome) await query.log.recordTurn(step, turn, outcome);
        else kept = { step, turn };
      },
    },
    toolRunner: {
      run: async (call) => {
        const suspended = await query.toolRunner.run(call);
        // Long enough for the tool to be begun: what is broken here must show.
        await sleep(HEAD_START_MS);
        await write();
        return suspended;
      },
    },
  };
}

/** Overwrites what is recorded, lock or no lock. */
function overwriteTurns(redis: Redis, { id, log }: LeasedQuery): LeasedQuery["log"] {
  const key = transcriptKey(id);
  const written: Step[] = [];
  return {
    ...log,
    read: async () => {
      const { steps, end } = await log.read();
      return { steps: [...steps, ...written.slice(steps.length)], end };
    },
    recordTurn: async (step, turn) => {
      const { steps } = await log.read();
      const last = steps[step - 1]?.observation;
      if (last) await redis.hset(key, `${step - 1}:observation`, JSON.stringify(last));
      await redis.hset(key, `${step}:action`, JSON.stringify(turn));
      written[step] = { turn, observation: undefined };
    },
  };
}

/** Adds each call as a child whose id follows from nothing, so that nobody finds its outcome. */
function callUnderRandomId({ toolRunner }: LeasedQuery): LeasedQuery["toolRunner"] {
  return {
    run: (call) => toolRunner.run({ ...call, step: 1_000 + Math.floor(Math.random() * 1_000_000) }),
  };
}
