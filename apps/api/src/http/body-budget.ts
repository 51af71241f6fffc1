import { ApiError } from "@bullpen/protocol";

/** Bodies whose declared length is at most this, in bytes, have a budget of their own. */
const SMALL_BODY = 65_536;
/** The least that a body counts for, in bytes: its request and connection take memory too. */
const LEAST_BYTES = 1_024;

/**
 * Bounds the memory that the request bodies of all connections take together, from a body's first byte to the
 * end of its response. Large bodies cannot use up what ordinary requests need.
 */
export class BodyBudget {
  readonly #small: Pool;
  readonly #large: Pool;

  /** @param bytes for small bodies together, and for all others. */
  constructor(bytes: { readonly small: number; readonly large: number }) {
    this.#small = { free: bytes.small };
    this.#large = { free: bytes.large };
  }

  /**
   * Makes room for a body before it is read.
   *
   * @param declared its length in bytes, when the request says it.
   * @throws {ApiError} `server_busy` when there is none.
   */
  enter(declared: number | undefined): BodyRoom {
    const pool = declared !== undefined && declared <= SMALL_BODY ? this.#small : this.#large;
    if ((declared ?? 0) > pool.free) throw busy();
    const room = new BodyRoom(pool);
    room.take(LEAST_BYTES);
    return room;
  }
}

interface Pool {
  free: number;
}

/** The memory that one body takes of its budget. */
export class BodyRoom {
  readonly #pool: Pool;
  #taken = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** @throws {ApiError} `server_busy` when no room is left. */
  take(bytes: number): void {
    if (bytes > this.#pool.free) throw busy();
    this.#pool.free -= bytes;
    this.#taken += bytes;
  }

  leave(): void {
    this.#pool.free += this.#taken;
    this.#taken = 0;
  }
}

function busy(): ApiError {
  return new ApiError(
    "server_busy",
    "The server has no memory left for further request bodies. Try again in a moment.",
  );
}
