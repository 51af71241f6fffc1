import { Socket } from "node:net";
import { toError } from "@bullpen/base";
import { AbstractConnector, type RedisOptions } from "ioredis";
import { type FindMasterOptions, MasterFinder } from "./find-master.js";

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
  readonly #master: MasterFinder;
  #search = new AbortController();

  constructor(options: RedisOptions, master: MasterFinder) {
    super(options.disconnectTimeout ?? 2_000);
    this.#options = options;
    this.#master = master;
  }

  async connect(): Promise<Socket> {
    this.connecting = true;
    this.#search = new AbortController();
    let socket = new Socket();
    try {
      socket = await this.#master.open(this.#options, this.#search.signal);
      if (this.#search.signal.aborted) socket.destroy();
    } catch (error) {
      this.firstError = toError(error);
      socket.destroy();
    }
    this.stream = socket;
    return socket;
  }

  override disconnect(): void {
    this.#search.abort();
    super.disconnect();
  }
}

/** What ioredis makes a connector of. */
export type Connector = new (options: unknown) => AbstractConnector;

/** The connector of connections, and of those that are duplicated from them: they find the master together. */
export function usableConnector(options: FindMasterOptions): Connector {
  const master = new MasterFinder(options);
  return class extends UsableConnector {
    constructor(connection: unknown) {
      // A cast: ioredis passes on the options that the connection was made with.
      super(connection as RedisOptions, master);
    }
  };
}
