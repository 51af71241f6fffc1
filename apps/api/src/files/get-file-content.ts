import { pipeline } from "node:stream/promises";
import { ApiError } from "@bullpen/protocol";
import type { Request, RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findFile, whileThere } from "./find-file.js";

/**
 * `GET /v1/files/{id}/content`: the content; 206 with a `Range` of it, unless `If-Range` names another
 * content; 304 for a client that has it (`If-None-Match`).
 */
export function getFileContent(context: Pick<ApiContext, "files">): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const record = await findFile(context, tenantOf(request), request.params.id, "id");
    const etag = `"${record.sha256}"`;
    const isKnown = hasAlready(request, etag);
    // Before the headers: a range that cannot be given is answered by an error, which is JSON.
    const range = !isKnown && isSame(request, etag) ? rangeOf(request, record.bytes) : undefined;
    const hasContent = !isKnown && request.method !== "HEAD" && record.bytes > 0;
    const content = hasContent
      ? await whileThere(context, record, "id", () => context.files.read(record, range))
      : undefined;
    response.set({
      "accept-ranges": "bytes",
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(record.filename)}`,
      etag,
    });
    if (isKnown) {
      response.status(304).end();
      return;
    }
    if (range) {
      response.status(206);
      response.set("content-range", `bytes ${range.start}-${range.end - 1}/${record.bytes}`);
    }
    response.set("content-length", String(range ? range.end - range.start : record.bytes));
    if (!content) {
      response.end();
      return;
    }
    await pipeline(content, response).catch((error: unknown) => {
      // The client has disconnected.
      if (!response.destroyed || !request.destroyed) throw error;
    });
  };
}

/** By `If-None-Match` (RFC 9110, 13.1.2), whatever `Cache-Control` says: Node's fetch sends `no-cache` along. */
function hasAlready(request: Request, etag: string): boolean {
  const tags = (request.get("if-none-match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}

/** Whether a range may be given: of other content, or by a date, which is not known, the whole is (RFC 9110, 13.1.5). */
function isSame(request: Request, etag: string): boolean {
  return (request.get("if-range") ?? etag) === etag;
}

/** One range of bytes, its end exclusive; `undefined` for the whole file, also when several are asked for. */
function rangeOf(request: Request, bytes: number): { start: number; end: number } | undefined {
  const ranges = request.range(bytes);
  if (ranges === undefined || ranges === -2) return undefined;
  if (ranges === -1) {
    throw new ApiError("range_not_satisfiable", `Range: the file has ${bytes} bytes.`, "Range");
  }
  const [range] = ranges;
  return ranges.type === "bytes" && ranges.length === 1 && range
    ? { start: range.start, end: range.end + 1 }
    : undefined;
}
