import { errorMessage, parseRetryAfter } from "@bullpen/base";
import type { AddressGuard } from "@bullpen/outbound";
import { HttpClient, type HttpResponse } from "@bullpen/outbound/client";
import type { SignedEvent } from "./sign-event.js";

export interface SendOptions {
  readonly url: string;
  readonly message: SignedEvent;
  /** See {@link createWebhookClient}. */
  readonly client: HttpClient;
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

/** Sends webhooks to the addresses that the guard lets through. Receivers are many and seldom: no connection is kept. */
export function createWebhookClient(guard: AddressGuard): HttpClient {
  return new HttpClient({ guard, keepAlive: false, connectTimeoutMs: TIMEOUT_MS, silenceMs: TIMEOUT_MS });
}

/**
 * Posts a message. The answer's status decides; redirects are not followed: receivers of webhooks give the URL that they
 * want, and the signature is meant for that.
 *
 * @throws the signal's reason when it aborts; whatever else goes wrong is a result.
 */
export async function sendWebhook(options: SendOptions): Promise<SendResult> {
  const { url, message, client, timeoutMs = TIMEOUT_MS, signal } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await client.request(url, {
      method: "POST",
      ...message,
      redirects: "none",
      signal: AbortSignal.any([signal, timeout]),
    });
    await drain(response);
    return {
      statusCode: response.status,
      retryAfterMs: parseRetryAfter(response.headers["retry-after"]),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return { error: `no answer within ${timeoutMs / 1_000} seconds` };
    return { error: describe(error) };
  }
}

/** Reads the body's beginning, as servers expect, and no more: neither what is endless nor what drips. */
async function drain({ body }: HttpResponse): Promise<void> {
  let bytes = 0;
  try {
    for await (const part of body) {
      bytes += (part as Buffer).byteLength; // a stream without an encoding gives buffers
      if (bytes > MOST_BODY_BYTES) break;
    }
  } catch {
    // The status was there before.
  } finally {
    body.destroy();
  }
}

const LONGEST_ERROR = 300;

function describe(error: unknown): string {
  // Several addresses were tried.
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  const isClosed = error instanceof Error && "code" in error && error.code === "UND_ERR_SOCKET";
  if (isClosed)
    return `the connection was closed without an answer (${error.message})`.slice(0, LONGEST_ERROR);
  return errorMessage(error).slice(0, LONGEST_ERROR);
}
