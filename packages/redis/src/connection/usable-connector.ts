import { connect as connectTcp, Socket } from "node:net";
import { connect as connectTls, TLSSocket } from "node:tls";
import { toError } from "@bullpen/base";
import { AbstractConnector, type RedisOptions } from "ioredis";
import { isUnusable } from "../health/redis-outage.js";
import { PROBE } from "./probe.js";
import { readTlsFiles, serverName, type TlsFiles } from "./tls-files.js";

/** Time for Redis to accept the connection and answer the checks. */
const CHECK_MS = 5_000;

/**
 * Connects ioredis only to a usable Redis: one that accepts the password, has the database and takes writes. Any
 * other counts as away. So a fail-over, a Redis that loads its data, one without its replicas or with a full disk
 * need no handling of their own: commands are refused or wait, `/readyz` reports it, and the connection is tried
 * again, by name, until it leads to a Redis that works.
 *
 * ioredis treats a destroyed stream, with {@link firstError}, as a failed connection.
 */
class UsableConnector extends AbstractConnector {
  readonly #options: RedisOptions;
  readonly #files: TlsFiles;

  constructor(options: RedisOptions, files: TlsFiles) {
    super(options.disconnectTimeout ?? 2_000);
    this.#options = options;
    this.#files = files;
  }

  async connect(): Promise<Socket> {
    this.connecting = true;
    let socket = new Socket();
    try {
      socket = open(this.#options, this.#files);
      this.stream = socket;
      await checkUsable(socket, this.#options);
    } catch (error) {
      this.firstError = toError(error);
      socket.destroy();
    }
    return socket;
  }
}

/** What ioredis makes a connector of. */
export type Connector = new (options: unknown) => AbstractConnector;

/** The connector of connections, and of those that are duplicated from them. @param files for those with TLS. */
export function usableConnector(files: TlsFiles): Connector {
  return class extends UsableConnector {
    constructor(options: unknown) {
      // A cast: ioredis passes on the options that the connection was made with.
      super(options as RedisOptions, files);
    }
  };
}

/** @throws {PemFileError} */
function open({ tls, path, host, port, family }: RedisOptions, files: TlsFiles): Socket {
  const address = path
    ? { path }
    : { host: host ?? "localhost", port: Number(port ?? 6_379), ...(family !== undefined && { family }) };
  return tls
    ? connectTls({ ...address, ...serverName(host), ...tls, ...readTlsFiles(files) })
    : connectTcp(address);
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

async function checkUsable(socket: Socket, options: RedisOptions): Promise<void> {
  const questions = questionsFor(options);
  socket.on("error", () => {}); // the check rejects with it; ioredis handles later ones
  const replies = await ask(
    socket,
    options.tls ? "secureConnect" : "connect",
    questions.map(({ command }) => command),
  );
  for (const [i, { accepts }] of questions.entries()) {
    const reply = replies[i] ?? "";
    if (!/^[-+:]/.test(reply)) throw new Error(`NOTREDIS ${JSON.stringify(reply.slice(0, 80))}`);
    if (!reply.startsWith("-")) continue;
    const error = new Error(reply.slice(1));
    if (!accepts(error)) throw error;
  }
}

/** Sends commands and resolves to one line for each. */
function ask(
  socket: Socket,
  connectEvent: string,
  commands: readonly (readonly string[])[],
): Promise<string[]> {
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
    const timer = setTimeout(() => fail(lateError(socket, isOpen)), CHECK_MS);
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
