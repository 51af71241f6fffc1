import { setTimeout as sleep } from "node:timers/promises";
import { errorMessage } from "@bullpen/base";
import { type BullpenClient, isTerminal } from "@bullpen/client";
import { redact } from "@bullpen/contracts";
import { Command } from "commander";
import { type ConnectionOptions, connect } from "../../connect.js";
import { untilInterrupted } from "../../interrupts.js";
import { describeTop, type Overview } from "../../output/describe-top.js";
import { FullScreen } from "../../output/full-screen.js";
import { connectionOptions, examples } from "../help.js";

/** Workers tell of themselves every 5 seconds; queues change faster. */
const REFRESH_MS = 2_000;
/** The failures are searched for among all queries, which costs more. */
const FAILURES_MS = 30_000;
const MAX_FAILED = 50;
/** Active batches are searched among this many: the longest page that the api gives. */
const MAX_LISTED = 100;

/** `bullpen top` */
export function topCommand(): Command {
  return connectionOptions(
    new Command("top").description("queues, workers, batches and failures, kept up to date; q ends it"),
  )
    .addHelpText(
      "after",
      examples(["top", "shows what runs, until q or Ctrl-C"], ["top | cat", "prints it once, as plain text"]),
    )
    .action(showTop);
}

async function showTop(options: ConnectionOptions): Promise<void> {
  if (!process.stdout.isTTY) {
    const { client } = await connect(options);
    console.log(describeTop(await new OverviewReader(client).read()).join("\n"));
    return;
  }
  const ending = new AbortController();
  void untilInterrupted().then(() => ending.abort());
  const { client, url } = await connect(options, { signal: ending.signal, maxAttempts: 1 });
  const stopReading = endAtKey(() => ending.abort());
  const reader = new OverviewReader(client);
  const screen = new FullScreen();
  let lines: string[] = [];
  try {
    while (!ending.signal.aborted) {
      const fault = await reader.read().then(
        (overview) => {
          lines = describeTop(overview);
          return "";
        },
        (error: unknown) => `  ${redact(errorMessage(error))}`,
      );
      screen.draw([
        `bullpen top  ${redact(url)}  ${new Date().toLocaleTimeString("sv-SE")}${fault}`,
        "",
        ...lines,
      ]);
      await sleep(REFRESH_MS, undefined, { signal: ending.signal }).catch(() => {});
    }
  } finally {
    screen.close();
    stopReading();
  }
}

/** Reads the overview; failures less often than the rest. */
class OverviewReader {
  readonly #client: BullpenClient;
  #failed: Overview["failed"] = [];
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(client: BullpenClient) {
    this.#client = client;
  }

  async read(): Promise<Overview> {
    const client = this.#client;
    const [queues, workers, { data }] = await Promise.all([
      client.queues.list(),
      client.workers.list(),
      client.batches.list({ limit: MAX_LISTED, maxAttempts: 1 }),
    ]);
    if (performance.now() - this.#failedAt >= FAILURES_MS) {
      this.#failed = (await client.queries.list({ status: "failed", limit: MAX_FAILED })).data;
      this.#failedAt = performance.now();
    }
    return {
      queues,
      workers,
      batches: data.filter(({ status }) => !isTerminal(status)),
      failed: this.#failed,
    };
  }
}

/** Calls back at q, or Ctrl-C, which a terminal in raw mode gives as a key. */
function endAtKey(onEnd: () => void): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) return () => {};
  const onKey = (key: Buffer) => {
    if (["q", "Q", "\u0003"].includes(key.toString())) onEnd();
  };
  stdin.setRawMode(true).resume().on("data", onKey);
  return () => void stdin.off("data", onKey).setRawMode(false).pause();
}
