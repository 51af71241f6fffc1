import { closeSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const about = { query: z.string(), run: z.string() };
const eventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), role: z.string() }),
  /** A worker takes a query into its hands, and gives it away. `run` names one such stretch; `activation` says how often workers have taken it. */
  z.object({ type: z.literal("run-start"), ...about, activation: z.int() }),
  z.object({ type: z.literal("run-end"), ...about, result: z.string() }),
  /** The marks of the turns that the agent saw. */
  z.object({ type: z.literal("read"), ...about, marks: z.array(z.string()) }),
  z.object({ type: z.literal("model-start"), ...about, step: z.int(), mark: z.string() }),
  z.object({ type: z.literal("model-end"), ...about, step: z.int(), mark: z.string() }),
  /** The agent hands a turn to its log, and is told that it is recorded. */
  z.object({ type: z.literal("record-start"), ...about, step: z.int(), mark: z.string() }),
  z.object({ type: z.literal("record-ack"), ...about, step: z.int(), mark: z.string() }),
  /** Redis acknowledged a write to a transcript. `won`: it was the first of its field. */
  z.object({ type: z.literal("write-ack"), query: z.string(), field: z.string(), won: z.boolean() }),
  z.object({ type: z.literal("tool-start"), query: z.string(), step: z.int(), call: z.string() }),
  z.object({ type: z.literal("tool-end"), query: z.string(), step: z.int(), call: z.string() }),
  /** Redis acknowledged that a tool's job is finished: its outcome is with the query's job. */
  z.object({ type: z.literal("tool-settled"), call: z.string() }),
  /** The process is about to kill or stop itself. */
  z.object({ type: z.literal("boundary"), boundary: z.string(), action: z.string() }),
  z.object({ type: z.literal("error"), message: z.string() }),
]);
export type EventBody = z.infer<typeof eventSchema>;

const stampedSchema = z.object({ at: z.number(), pid: z.int(), event: eventSchema });
/** An event of some process. `at` is in milliseconds of the machine's monotonic clock: {@link now}. */
export type Stamped = z.infer<typeof stampedSchema>;

/** One clock for all processes of the machine, which no clock jump moves. Milliseconds. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

/** A process' own part of the history. A line is with the kernel before the call returns: SIGKILL loses none. */
export class HistoryWriter {
  readonly #file: number;

  constructor(folder: string) {
    this.#file = openSync(join(folder, `${process.pid}.jsonl`), "a");
  }

  write(event: EventBody): void {
    writeSync(this.#file, `${JSON.stringify({ at: now(), pid: process.pid, event })}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** What all processes have written so far, in the order of time. */
export function readHistory(folder: string): Stamped[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return files.flatMap((name) => readLines(join(folder, name))).sort((a, b) => a.at - b.at);
}

/** What one process has written so far. */
export function readHistoryOf(folder: string, pid: number): Stamped[] {
  return readLines(join(folder, `${pid}.jsonl`));
}

function readLines(path: string): Stamped[] {
  const text = readFileSync(path, "utf8");
  // A process that writes right now may have written half a line.
  const whole = text.slice(0, text.lastIndexOf("\n"));
  if (whole === "") return [];
  return whole.split("\n").map((line) => stampedSchema.parse(JSON.parse(line)));
}

/** Queries that a process holds, by the runs that have begun and not ended. */
export function heldQueries(events: readonly Stamped[]): string[] {
  const open = new Map<string, string>();
  for (const { event } of events) {
    if (event.type === "run-start") open.set(event.run, event.query);
    if (event.type === "run-end") open.delete(event.run);
  }
  return [...open.values()];
}
