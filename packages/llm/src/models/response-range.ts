import { PassingFailure } from "./download-error.js";
import type { RemoteResponse } from "./open-remote.js";

/** Where in the file the body of a response starts. */
export interface BodyRange {
  readonly from: number;
  /** Bytes of the whole file, where the server says it. */
  readonly total: number | undefined;
}

/**
 * Reads which bytes a response brings. 200 is the whole file, whatever was asked for.
 *
 * @param start the first byte that was asked for.
 * @param discard called where the part on disk leads nowhere, so that the next attempt starts over.
 * @throws {PassingFailure} when it brings other bytes than those, or none.
 */
export async function freshBody(
  { status, headers, body }: RemoteResponse,
  start: number,
  discard: () => Promise<void>,
): Promise<BodyRange> {
  const length = headers["content-length"];
  if (status === 200) return { from: 0, total: length === undefined ? undefined : Number(length) };
  if (status === 206) {
    const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers["content-range"] ?? "") ?? [];
    if (from !== undefined && Number(from) === start)
      return { from: start, total: total === "*" ? undefined : Number(total) };
  }
  await body.dump().catch(() => {});
  await discard();
  throw new PassingFailure(
    status === 416
      ? "the server has no byte where the download ended, so it starts over"
      : `the server sent other bytes than it was asked for (${headers["content-range"] ?? "without Content-Range"}), so it starts over`,
  );
}
