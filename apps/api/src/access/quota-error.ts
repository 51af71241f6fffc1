import { ApiError, type ErrorCode } from "@bullpen/protocol";
import type { Quota } from "./quotas.js";

export interface QuotaErrorOptions {
  /** What is too much, as a clause such as "has sent 60 requests in this minute". */
  readonly what: string;
  /** After which the same request may succeed. */
  readonly retryAfterSeconds: number;
  /** Whether a client should wait that long. */
  readonly shouldRetry: boolean;
}

/** A request that is more than a key or a tenant may use. */
export class QuotaError extends ApiError {
  readonly retryAfterSeconds: number;
  readonly shouldRetry: boolean;

  constructor(
    code: ErrorCode,
    { subject, name, limit }: Quota,
    { what, retryAfterSeconds, shouldRetry }: QuotaErrorOptions,
  ) {
    const { keyId, tenant } = subject;
    const [who, target] =
      keyId === undefined ? [`The tenant ${tenant}`, `--tenant ${tenant}`] : [`The key ${keyId}`, keyId];
    const remedy = `Try again in ${retryAfterSeconds} s; the operator raises the limit with \`bullpen keys limit ${target} --${name.replaceAll("_", "-")} <n>\`.`;
    super(code, `${who} ${what}; its limit is ${limit}. ${remedy}`);
    this.retryAfterSeconds = retryAfterSeconds;
    this.shouldRetry = shouldRetry;
  }
}
