import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, TLSSocket } from "node:tls";
import type { RedisOptions } from "ioredis";
import { isUnusable } from "../health/redis-outage.js";
import { PROBE } from "./probe.js";
import type { Host } from "./redis-url.js";
import { readTlsFiles, serverName, type TlsFiles } from "./tls-files.js";

export interface Opening {
  /** Login, database and TLS. */
  readonly options: RedisOptions;
  readonly files: TlsFiles;
  /** Time to accept the connection and answer the checks. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Opens a socket to a Redis that accepts the password, has the database and takes writes.
 *
 * @throws what it answers, or why it does not; the socket is closed then.
 * @throws {PemFileError}
 */
export async function openUsable(
  address: Host | { readonly path: string },
  { options, files, limitMs, signal }: Opening,
): Promise<Socket> {
  signal.throwIfAborted();
  const socket = open(address, options, files);
  const abort = () => void socket.destroy();
  signal.addEventListener("abort", abort);
  try {
    await checkUsable(socket, options, limitMs);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function open(
  address: Host | { readonly path: string },
  { tls, family }: RedisOptions,
  files: TlsFiles,
): Socket {
  const name = "host" in address ? address.host : undefined;
  const target = { ...address, ...(name !== undefined && family !== undefined && { family }) };
  return tls
    ? connectTls({ ...target, ...serverName(name), ...tls, ...readTlsFiles(files) })
    : connectTcp(target);
}

/** The commands that check a connection, each answered with one line. */
function questionsFor({ username, password, db }: RedisOptions): Question[] {
  const auth = username ? ["AUTH", username, password ?? ""] : ["AUTH", password ?? ""];
  return [
    // A server without a password answers AUTH with an error.
    ...(password ? [{ command: auth, accepts: (error: Error) => NO_PASSWORD_SET.test(error.message) }] : []),
    ...(Number(db ?? 0) > 0 ? [{ command: ["SELECT", String(db)], accepts: () => false }] : []),
    { command: PROBE, accepts: (error: Error) => !isUnusable(error) },
  ];
}

interface Question {
  readonly command: readonly string[];
  /** Whether the connection can be used although Redis answered with this error. */
  readonly accepts: (error: Error) => boolean;
}

const NO_PASSWORD_SET = /without any password configured|no password is set/;

async function checkUsable(socket: Socket, options: RedisOptions, limitMs: number): Promise<void> {
  const questions = questionsFor(options);
  socket.on("error", () => {}); // the check rejects with it; ioredis handles later ones
  const commands = questions.map(({ command }) => command);
  const replies = await ask(socket, commands, limitMs);
  for (const [i, { accepts }] of questions.entries()) {
    const reply = replies[i] ?? "";
    if (!/^[-+:]/.test(reply)) throw new Error(`NOTREDIS ${JSON.stringify(reply.slice(0, 80))}`);
    if (!reply.startsWith("-")) continue;
    const error = new Error(reply.slice(1));
    if (!accepts(error)) throw error;
  }
}

/** Sends commands and resolves to one line for each. */
function ask(socket: Socket, commands: readonly (readonly string[])[], limitMs: number): Promise<string[]> {
  const connectEvent = socket instanceof TLSSocket ? "secureConnect" : "connect";
  return new Promise((resolve, reject) => {
    let received = "";
    const settle = () => {
      clearTimeout(timer);
      socket.off(connectEvent, send).off("data", read).off("error", fail).off("close", onClose);
    };
    const fail = (error: Error) => {
      settle();
      reject(error);
    };
    const onClose = () =>
      fail(Object.assign(new Error("NOREPLY the connection was closed"), { code: "NOREPLY" }));
    let isOpen = false;
    const timer = setTimeout(() => fail(lateError(socket, isOpen)), limitMs);
    const send = () => {
      isOpen = true;
      socket.write(commands.map(encode).join(""));
    };
    const read = (bytes: Buffer) => {
      received += bytes.toString("latin1");
      const lines = received.split("\r\n");
      // Other servers' replies may have fewer lines.
      if (lines.length <= commands.length && /^[-+:]/.test(received)) return;
      settle();
      resolve(lines);
    };
    socket.once(connectEvent, send).on("data", read).once("error", fail).once("close", onClose);
  });
}

function lateError(socket: Socket, isOpen: boolean): Error {
  // A Redis without TLS takes the handshake for a command and waits for the rest of it.
  if (socket instanceof TLSSocket && !socket.connecting && !isOpen) {
    return Object.assign(new Error("NOTLS no handshake in time"), { code: "NOTLS" });
  }
  return Object.assign(new Error("no answer in time: ETIMEDOUT"), { code: "ETIMEDOUT" });
}

/** A command in Redis' protocol: an array of strings, each with its length in bytes. */
function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join("")}`;
}
