import { shownUrl } from "@bullpen/outbound";
import { ModelLoadError } from "../llama/load/model-load-error.js";
import type { Hub } from "./hub.js";

/** A failure that may pass: the attempt is made again. */
export class PassingFailure extends Error {
  override readonly name = "PassingFailure";
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Statuses of servers that are busy, restarted or behind a gateway that did not reach them. */
const PASSING_STATUSES = [408, 425, 429, 500, 502, 503, 504];

export function isPassingStatus(status: number): boolean {
  return PASSING_STATUSES.includes(status);
}

/** The error for a status that another attempt does not change. */
export function refusalOf(
  status: number,
  { url, hub }: { readonly url: string; readonly hub: Hub },
): ModelLoadError {
  return new ModelLoadError(`${shownUrl(url)} could not be downloaded: ${reasonOf(status, url, hub)}`);
}

function reasonOf(status: number, url: string, hub: Hub): string {
  const isHub = url.startsWith(`${hub.endpoint}/`);
  if (status === 404 || status === 410)
    return `the server has no such file (${status}). Check the URI; \`bullpen models list\` shows names that exist.`;
  if (status !== 401 && status !== 403)
    return `the server answered ${status}. Check the URI, or try again later.`;
  if (!isHub) return `the server refuses it (${status}). Check that the URL is valid and has not expired.`;
  return hub.token === undefined
    ? `the hub gives it to accounts alone, or has no such repository (${status}). Accept its terms on ${hub.endpoint}, make a token there, and set HF_TOKEN to it.`
    : `the hub refuses this token (${status}). Check HF_TOKEN, and that its account has accepted the model's terms on ${hub.endpoint}.`;
}
