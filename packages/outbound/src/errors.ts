import { formatBytes } from "@bullpen/base";

/** A redirect that is not followed. The message names both origins, and no credentials. */
export class RefusedRedirectError extends Error {
  override readonly name = "RefusedRedirectError";
}

/** An answer that is longer than whoever asked can use. */
export class AnswerTooLongError extends Error {
  override readonly name = "AnswerTooLongError";

  /** @param what of the answer is too long, such as "the answer". */
  constructor(maxBytes: number, what = "the answer") {
    super(`${what} is longer than ${formatBytes(maxBytes)}`);
  }
}
