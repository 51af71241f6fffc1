import type { Redis } from "@bullpen/redis";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import type { HistoryWriter } from "../history.js";
import type { FaultPoint } from "./boundaries.js";

type Command = Parameters<Redis["sendCommand"]>[0];

export interface Tap {
  readonly history: HistoryWriter;
  readonly faultPoint: FaultPoint;
}

const READS = new Set(["ping", "info", "config", "client", "hello", "select", "subscribe", "get", "exists"]);
const READ_COMMAND = /^(h(get|vals|exists|keys|mget)|z(range|card|score|count)|l(range|len)|s(card|members))/;
const WRITABLE = `${KEY_PREFIX}:writable`;
const STEP_FIELD = /^\d+:(action|observation)$/;
const TOOL_CALL = /^query_[0-9a-z]{24}-\d+$/;

/**
 * Sees every command that a process sends to Redis through `redis`, before it is sent and when its
 * reply comes: writes down what is acknowledged, and crosses the fault points before and after it.
 */
export function tapRedis(redis: Redis, { history, faultPoint }: Tap): void {
  const send = redis.sendCommand.bind(redis);
  // A command that waits for a connection, or is sent again on a new one, passes here more than once.
  const seen = new WeakSet<Command>();
  redis.sendCommand = (command, stream) => {
    if (seen.has(command)) return send(command, stream);
    seen.add(command);
    const texts = textsOf(command);
    const boundaries = boundariesOf(redis, command, texts);
    if (boundaries.length === 0) return send(command, stream);
    for (const boundary of boundaries) faultPoint.cross(`${boundary}:before`);
    // The reply is read on a branch of its own; whoever sent the command handles its failure.
    command.promise.then(
      (reply) => {
        writeDown(history, boundaries, texts, reply);
        for (const boundary of boundaries) faultPoint.cross(`${boundary}:after`);
      },
      () => {},
    );
    return send(command, stream);
  };
}

function textsOf(command: Command): string[] {
  return command.args.flatMap((arg) => (typeof arg === "string" ? [arg] : []));
}

/** The boundaries of a command, by what it writes; none for a read. */
function boundariesOf(redis: Redis, command: Command, texts: readonly string[]): string[] {
  const name = command.name.toLowerCase();
  // The heartbeat of a connection is a write that changes nothing.
  if (READS.has(name) || READ_COMMAND.test(name) || texts[0] === WRITABLE) return [];
  const script = name.startsWith("eval") ? scriptName(redis, texts[0] ?? "") : "";
  return ["write", ...stepWrite(texts), ...jobWrite(script)];
}

function stepWrite(texts: readonly string[]): string[] {
  const parts = fieldsOf(texts).map((field) => (field.endsWith("action") ? "turn" : "observation"));
  return texts.some((text) => text.startsWith('{"outcome":')) ? [...parts, "end"] : parts;
}

/** The steps' fields that a command writes, each of which is followed by its value. */
function fieldsOf(texts: readonly string[]): string[] {
  return texts.filter((text, i) => STEP_FIELD.test(text) && texts[i + 1]?.startsWith("{"));
}

function jobWrite(script: string): string[] {
  if (/^add\w*Job/.test(script)) return ["enqueue"];
  if (script.startsWith("moveToWaitingChildren")) return ["wait"];
  if (script.startsWith("moveToFinished")) return ["finish"];
  return [];
}

/** BullMQ's name of a script; empty for scripts that are not BullMQ's. */
function scriptName(redis: Redis, sha: string): string {
  // A cast: ioredis keeps the defined scripts in a field that its types do not show.
  const { scriptsSet } = redis as unknown as { scriptsSet: Record<string, { sha: string }> };
  return Object.entries(scriptsSet).find(([, script]) => script.sha === sha)?.[0] ?? "";
}

function writeDown(
  history: HistoryWriter,
  boundaries: readonly string[],
  texts: readonly string[],
  reply: unknown,
): void {
  const query = texts.map((text) => /:transcript:(query_[0-9a-z]{24})$/.exec(text)?.[1]).find(Boolean);
  if (boundaries.includes("end") && query) {
    // A turn's record that brings the end says 1; the end alone says nil, or which one is recorded.
    history.write({ type: "write-ack", query, field: "end", won: reply === 1 || reply === null });
  }
  for (const field of query ? fieldsOf(texts) : []) {
    history.write({ type: "write-ack", query: query ?? "", field, won: reply === 1 });
  }
  const call = texts.find((text) => TOOL_CALL.test(text));
  // A negative reply of a script is a refusal.
  const isDone = typeof reply !== "number" || reply >= 0;
  if (boundaries.includes("finish") && call && isDone) history.write({ type: "tool-settled", call });
}
