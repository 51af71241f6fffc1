import { writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { parseArgs } from "node:util";

// A process of its own, so that it does not measure its own reading: sends requests at a fixed rate, whether or not the
// answers keep up (an open loop), and writes what it measured to a file.

export interface LoadResult {
  readonly sent: number;
  /** Answers by status; `error` where none came. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Milliseconds from the moment at which a request was due to the end of its answer, sorted. */
  readonly latencies: readonly number[];
}

/** Requests are due at times, not after each other: every tick sends those that are. */
const TICK_MS = 2;

/** Connections are kept; as many as a burst needs. */
const MAX_SOCKETS = 256;

/** Of ten requests one submits a query, the others poll: lists, single queries, models. */
const POLLS_PER_SUBMISSION = 9;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: "string" },
      key: { type: "string" },
      rate: { type: "string" },
      seconds: { type: "string" },
      out: { type: "string" },
    },
  });
  const { url = "", key = "", out = "" } = values;
  const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  const byStatus: Record<string, number> = {};
  const latencies: number[] = [];
  const state = { lastId: "" };
  const begun = performance.now();
  const open = new Set<Promise<void>>();
  let sent = 0;
  while (sent < rate * seconds) {
    const due = Math.min(Math.floor(((performance.now() - begun) / 1_000) * rate), rate * seconds);
    for (; sent < due; sent++) {
      const dueAt = begun + (sent / rate) * 1_000;
      const answer = sendOne({ agent, url, key, index: sent, state }).then((status) => {
        byStatus[status] = (byStatus[status] ?? 0) + 1;
        latencies.push(performance.now() - dueAt);
        open.delete(answer);
      });
      open.add(answer);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(open);
  agent.destroy();
  const result: LoadResult = { sent, byStatus, latencies: latencies.sort((a, b) => a - b) };
  writeFileSync(out, JSON.stringify(result));
}

interface Sending {
  readonly agent: Agent;
  readonly url: string;
  readonly key: string;
  readonly index: number;
  /** The query that was submitted last, to poll. */
  readonly state: { lastId: string };
}

function sendOne({ agent, url, key, index, state }: Sending): Promise<string> {
  const isSubmission = index % (POLLS_PER_SUBMISSION + 1) === 0;
  const polls = [`/v1/queries/${state.lastId}`, "/v1/queries?limit=5", "/v1/models"];
  const path = isSubmission ? "/v1/queries" : (polls[state.lastId === "" ? 2 : index % polls.length] ?? "");
  const body = isSubmission ? JSON.stringify({ query: `What is ${index} plus 1?` }) : "";
  const headers = {
    authorization: `Bearer ${key}`,
    ...(isSubmission && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
  };
  return new Promise((resolve) => {
    const outgoing = request(
      url + path,
      { agent, method: isSubmission ? "POST" : "GET", headers },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () => {
          if (isSubmission && answer.statusCode === 202)
            state.lastId = (JSON.parse(Buffer.concat(parts).toString()) as { id: string }).id; // the form of the answer
          resolve(String(answer.statusCode));
        });
        answer.on("error", () => resolve("error"));
      },
    );
    outgoing.on("error", () => resolve("error"));
    outgoing.end(body);
  });
}

await main();
