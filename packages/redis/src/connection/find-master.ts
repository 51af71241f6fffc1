import type { Socket } from "node:net";
import { toError } from "@bullpen/base";
import { Redis, type RedisOptions } from "ioredis";
import { findRedisOutage } from "../health/redis-outage.js";
import { openUsable } from "./open-usable.js";
import type { Directory, Host } from "./redis-url.js";
import { readTlsFiles, serverName, type TlsFiles } from "./tls-files.js";

/** Whom Sentinels take us for, where they ask. */
export interface SentinelLogin {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

export interface FindMasterOptions {
  /** `undefined`: the connection's own options name the master. */
  readonly directory: Directory | undefined;
  readonly files: TlsFiles;
  readonly sentinel: SentinelLogin;
}

/** Time for a Sentinel to answer, and for a server to accept a connection and answer the checks. */
const ANSWER_MS = 5_000;

/** Time that the last master has alone, before all others are asked: a host that is gone must not hold a reconnect up. */
const KNOWN_MASTER_MS = 1_000;

/** What a Sentinel is asked; it is no command of Redis. */
const QUESTION = ["SENTINEL", "GET-MASTER-ADDR-BY-NAME"] as const;

/** A cluster in order answers with the right node at once; one that changes may take another step. */
const MOST_MOVES = 3;

/**
 * Opens sockets to the master, wherever it is now: to the host that the URL names, to the one that Sentinels name, or
 * to the cluster's node that holds our keys. All keys are in one hash slot, so a cluster has one master for us.
 */
export class MasterFinder {
  readonly #options: FindMasterOptions;
  /** The cluster's node that was the master last. */
  #known: Host | undefined;

  constructor(options: FindMasterOptions) {
    this.#options = options;
  }

  /**
   * @param signal ends the search; whatever is open then is closed.
   * @throws what the most telling server says.
   */
  async open(options: RedisOptions, signal: AbortSignal): Promise<Socket> {
    const { directory } = this.#options;
    const addressed = (limitMs: number) => ({ options, files: this.#options.files, limitMs, signal });
    if (directory === undefined) return this.#follow(ownAddress(options), addressed(ANSWER_MS));
    if (directory.kind === "sentinel") {
      const asked = directory.hosts.map((host) => this.#ask(host, directory.master, options));
      return firstUsable(asked, (host) => openUsable(host, addressed(ANSWER_MS)));
    }
    const known = this.#known;
    if (known) {
      const socket = await this.#follow(known, addressed(KNOWN_MASTER_MS)).catch(() => undefined);
      if (socket) return socket;
    }
    const hosts = known ? [known, ...directory.hosts] : directory.hosts;
    return firstUsable(
      hosts.map((host) => Promise.resolve(host)),
      (host) => this.#follow(host, addressed(ANSWER_MS)),
    );
  }

  /** Opens a socket to a server, or to the one that it says our keys have moved to. */
  async #follow(
    address: Host | { readonly path: string },
    opening: Parameters<typeof openUsable>[1],
  ): Promise<Socket> {
    let current = address;
    for (let moves = 0; ; moves++) {
      try {
        const socket = await openUsable(current, opening);
        if ("host" in current) this.#known = current;
        return socket;
      } catch (error) {
        const next = "host" in current ? movedTo(toError(error), current) : undefined;
        if (next === undefined || moves === MOST_MOVES) throw error;
        current = next;
      }
    }
  }

  /** @throws the Sentinel's error, or that it knows no such master. */
  async #ask({ host, port }: Host, master: string, { tls, family }: RedisOptions): Promise<Host> {
    const { username, password } = this.#options.sentinel;
    const sentinel = new Redis({
      host,
      port,
      ...(family !== undefined && { family }),
      ...(tls && { tls: { ...serverName(host), ...tls, ...readTlsFiles(this.#options.files) } }),
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      connectTimeout: ANSWER_MS,
      commandTimeout: ANSWER_MS,
      protocol: 2, // a Sentinel that wants a login answers HELLO with an error, and the question with one that is clear
      enableReadyCheck: false,
      disableClientInfo: true,
      retryStrategy: () => null,
      lazyConnect: true,
    });
    let lastError: Error | undefined;
    sentinel.on("error", (error: Error) => {
      lastError = error;
    });
    try {
      await sentinel.connect();
      const reply = await sentinel.call(...QUESTION, master);
      if (!Array.isArray(reply)) throw new Error(`NOMASTER ${host}:${port} knows no master ${master}`);
      return { host: String(reply[0]), port: Number(reply[1]) };
    } catch (error) {
      throw asSentinelError(toError(error), lastError);
    } finally {
      sentinel.disconnect();
    }
  }
}

/** The socket of the first address that turns out to be usable; each is opened once, and what comes later is closed. */
async function firstUsable(
  addresses: readonly Promise<Host>[],
  open: (host: Host) => Promise<Socket>,
): Promise<Socket> {
  const opened = new Map<string, Promise<Socket>>();
  const openOnce = async (address: Promise<Host>) => {
    const host = await address;
    const key = `${host.host} ${host.port}`;
    const opening = opened.get(key) ?? open(host);
    opened.set(key, opening);
    return opening;
  };
  const attempts = addresses.map(openOnce);
  try {
    const winner = await Promise.any(attempts);
    for (const attempt of attempts) {
      attempt.then(
        (socket) => socket !== winner && socket.destroy(),
        () => {},
      ); // it came too late to matter
    }
    return winner;
  } catch (error) {
    throw error instanceof AggregateError ? mostTelling(error.errors.map(toError)) : error;
  }
}

/** A server that says what is wrong tells more than one that is away. */
function mostTelling(errors: readonly Error[]): Error {
  return (
    errors.find((error) => findRedisOutage(error) !== "Redis is away") ?? errors[0] ?? new Error("no host")
  );
}

/** A node of a cluster names the one that holds our keys; without a host it means its own. */
function movedTo({ message }: Error, asked: Host): Host | undefined {
  const [, host = "", port = ""] = /^MOVED \d+ (\S*):(\d+)$/.exec(message.trim()) ?? [];
  if (port === "") return undefined;
  return { host: host === "" || host === "?" ? asked.host : host, port: Number(port) };
}

function ownAddress({ path, host, port }: RedisOptions): Host | { readonly path: string } {
  return path ? { path } : { host: host ?? "localhost", port: Number(port ?? 6_379) };
}

/** `connect` rejects with "Connection is closed." alone; the event before it says why. */
function asSentinelError(error: Error, lastError: Error | undefined): Error {
  const reason = /^Connection is closed/.test(error.message) ? (lastError ?? error) : error;
  const { message } = reason;
  if (/^(NOAUTH|WRONGPASS|NOPERM)|invalid password/.test(message))
    return new Error(`SENTINELAUTH ${message}`);
  if (/unknown command/i.test(message)) return new Error(`NOSENTINEL ${message}`);
  return reason;
}
