import {
  agentQueueName,
  MAX_STALLS,
  type Observation,
  observationSchema,
  QUEUE_TIMES,
  type ToolJob,
  toolQueueName,
} from "@bullpen/contracts";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import { type ConnectionOptions, type Job, Queue, WaitingChildrenError, Worker } from "bullmq";
import { RETENTION_SECONDS } from "../harness/bullpen.js";
import { ANSWER, agentJob, MODEL, OBSERVATION, TOOL, TOOL_INPUT } from "../harness/workload.js";
import type { Contender } from "./contender.js";

const JOBS_PER_ARRAY = 1_000;

/** What one would not leave out even without Bullpen: retries, and finished jobs that go away in time. */
const PARENT_OPTIONS = {
  attempts: 5,
  backoff: { type: "exponential", delay: 1_000 },
  removeOnComplete: { age: RETENTION_SECONDS, limit: 1_000 },
  removeOnFail: { age: RETENTION_SECONDS, limit: 1_000 },
};

const CHILD_OPTIONS = {
  attempts: 3,
  backoff: { type: "exponential", delay: 500 },
  ignoreDependencyOnFailure: true,
  removeOnComplete: true,
  removeOnFail: true,
};

/**
 * The least that BullMQ can do for a query with one tool call: the parent adds its child and waits,
 * the child returns, the parent reads the child's value and returns. No transcript, no priorities.
 *
 * BullMQ opens its own connections, as its documentation has it: that Bullpen sends the commands of one
 * turn of the event loop together is one of the things that are compared.
 */
export const bareBullmqContender: Contender = {
  name: "bare BullMQ",
  open: (redis, concurrency) => {
    let answered = 0;
    const { host = "127.0.0.1", port = 6379 } = redis.options;
    const shared = { connection: { host, port }, prefix: KEY_PREFIX };
    const parents = new Queue(agentQueueName(MODEL), shared);
    const children = new Queue(toolQueueName(TOOL.queue), shared);
    return {
      submit: async (count) => {
        for (let from = 0; from < count; from += JOBS_PER_ARRAY) {
          const length = Math.min(JOBS_PER_ARRAY, count - from);
          await parents.addBulk(
            Array.from({ length }, (_, i) => ({
              name: "query",
              data: agentJob(from + i),
              opts: PARENT_OPTIONS,
            })),
          );
        }
      },
      startWorkers: () =>
        startWorkers(shared.connection, concurrency, children, () => {
          answered++;
        }),
      answered: () => answered,
      completed: () => parents.getCompletedCount(),
      check: async () => {
        const jobs: Job[] = await parents.getCompleted(0, 99); // typed `any` payload: only the result is read
        const wrong = jobs.find((job) => job.returnvalue !== ANSWER);
        if (wrong) throw new Error(`Job ${wrong.id} returned ${JSON.stringify(wrong.returnvalue)}.`);
      },
      close: async () => {
        await Promise.all([parents.close(), children.close()]);
      },
    };
  },
};

async function startWorkers(
  connection: ConnectionOptions,
  concurrency: number,
  children: Queue,
  onAnswered: () => void,
) {
  const settings = {
    connection,
    prefix: KEY_PREFIX,
    concurrency,
    lockDuration: QUEUE_TIMES.lockMs,
    stalledInterval: QUEUE_TIMES.stalledCheckMs,
    maxStalledCount: MAX_STALLS,
  };
  const workers = [
    new Worker(agentQueueName(MODEL), (job, token) => runParent(job, token, children, onAnswered), settings),
    new Worker(toolQueueName(TOOL.queue), async () => runChild(), settings),
  ];
  for (const worker of workers) worker.on("error", (error) => console.error(error));
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  return {
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

async function runParent(
  job: Job,
  token: string | undefined,
  children: Queue,
  onAnswered: () => void,
): Promise<string> {
  // Whether the child has been added shows in how often the job was started: no question to Redis.
  if (job.attemptsStarted === 1) {
    await addChild(job, children);
    if (await job.moveToWaitingChildren(token ?? "")) throw new WaitingChildrenError();
  }
  const [value] = Object.values(await job.getChildrenValues<unknown>());
  observationSchema.parse(value);
  onAnswered();
  return ANSWER;
}

async function addChild(job: Job, children: Queue): Promise<void> {
  const id = job.id ?? "";
  const data: ToolJob = {
    tenant: "default",
    model: MODEL,
    query_id: id,
    step: 0,
    tool_name: TOOL.name,
    input: TOOL_INPUT,
  };
  const parent = { id, queue: job.queueQualifiedName };
  await children.add(TOOL.name, data, { ...CHILD_OPTIONS, parent });
}

function runChild(): Observation {
  return { observation: OBSERVATION, is_error: false, duration_ms: 0 };
}
