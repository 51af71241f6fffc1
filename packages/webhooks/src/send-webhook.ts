import { type IncomingMessage, type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { errorMessage, parseRetryAfter } from "@bullpen/base";
import type { AddressGuard } from "./address-guard.js";
import type { SignedEvent } from "./sign-event.js";

export interface SendOptions {
  readonly url: string;
  readonly message: SignedEvent;
  readonly guard: AddressGuard;
  /** For the whole exchange, in milliseconds. Default: 15,000. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
}

/** What came of a request. */
export type SendResult =
  | { readonly statusCode: number; readonly retryAfterMs: number | undefined }
  | { readonly error: string };

const TIMEOUT_MS = 15_000;

/** So much of an answer's body is read, and thrown away, before the connection is dropped. */
const MOST_BODY_BYTES = 16 * 1_024;

/**
 * Posts a message. The answer's status decides; redirects are not followed: they would lead past whoever
 * checked the URL.
 *
 * @throws the signal's reason when it aborts; whatever else goes wrong is a result.
 */
export async function sendWebhook(options: SendOptions): Promise<SendResult> {
  const { url, message, guard, timeoutMs = TIMEOUT_MS, signal } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const target = new URL(url);
    guard.checkLiteral(target);
    const response = await post(target, message, guard, AbortSignal.any([signal, timeout]));
    await drain(response);
    return {
      statusCode: response.statusCode ?? 0,
      retryAfterMs: parseRetryAfter(response.headers["retry-after"]),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return { error: `no answer within ${timeoutMs / 1_000} seconds` };
    return { error: describe(error) };
  }
}

function post(
  target: URL,
  { body, headers }: SignedEvent,
  guard: AddressGuard,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const options: RequestOptions = {
    method: "POST",
    headers: { ...headers, "content-length": Buffer.byteLength(body) },
    // The guard sees the very addresses that are connected to; a connection kept from before would not be
    // looked up again.
    lookup: guard.lookup,
    agent: false,
    signal,
  };
  return new Promise((resolve, reject) => {
    const request = target.protocol === "https:" ? requestHttps : requestHttp;
    request(target, options, resolve)
      .on("error", reject)
      // An answer that switches protocols comes as neither response nor error.
      .on("close", () => reject(new Error("the connection was closed without an answer")))
      .end(body);
  });
}

/** Reads the body's beginning, as servers expect, and no more: neither what is endless nor what drips. */
async function drain(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const part of response) {
      bytes += (part as Buffer).byteLength; // a stream without an encoding gives buffers
      if (bytes > MOST_BODY_BYTES) break;
    }
  } catch {
    // The status was there before.
  } finally {
    response.destroy();
  }
}

const LONGEST_ERROR = 300;

function describe(error: unknown): string {
  // Several addresses were tried.
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  return errorMessage(error).slice(0, LONGEST_ERROR);
}
