import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { quote } from "@bullpen/contracts";
import { ApiError } from "@bullpen/protocol";
import type { Request } from "express";
import type { BodyRoom } from "./body-budget.js";

export interface BodyLimits {
  readonly maxBytes: number;
  /** Most milliseconds until the whole body has arrived. */
  readonly withinMs: number;
}

const DECODERS = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** The declared length of a body; `undefined` for a compressed one, whose real length is not known. */
export function declaredLength({ headers }: Request): number | undefined {
  const isPlain = (headers["content-encoding"] ?? "identity") === "identity";
  return isPlain && headers["content-length"] !== undefined ? Number(headers["content-length"]) : undefined;
}

/** Tells a client that asked first (`Expect: 100-continue`) to send the body. */
export function letSend({ headers, res }: Request): void {
  if (headers.expect !== undefined) res?.writeContinue();
}

/**
 * Reads a body into memory. Stops at the first byte beyond the limit; the caller then answers, and the server
 * discards the rest.
 *
 * @throws {ApiError} that says what is wrong with it.
 */
export async function readBody(request: Request, room: BodyRoom, limits: BodyLimits): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > limits.maxBytes) throw tooLarge(limits);
  letSend(request);
  const stream = decoded(request);
  const timeout = AbortSignal.timeout(limits.withinMs);
  try {
    return await collect(request, stream, { room, limits, timeout });
  } catch (error) {
    request.unpipe();
    if (stream !== request) stream.destroy();
    throw error;
  }
}

function decoded(request: Request): Readable {
  const encoding = request.headers["content-encoding"]?.toLowerCase() ?? "identity";
  if (encoding === "identity") return request;
  if (!isDecoder(encoding)) {
    const message = `The content-encoding ${quote(encoding)} cannot be read. Use gzip, deflate, br or none.`;
    throw new ApiError("unsupported_media_type", message);
  }
  return request.pipe(DECODERS[encoding]());
}

function isDecoder(encoding: string): encoding is keyof typeof DECODERS {
  return Object.hasOwn(DECODERS, encoding);
}

interface Collecting {
  readonly room: BodyRoom;
  readonly limits: BodyLimits;
  readonly timeout: AbortSignal;
}

function collect(request: Request, stream: Readable, { room, limits, timeout }: Collecting): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const settle = (finish: () => void) => {
      stream.off("data", take);
      timeout.removeEventListener("abort", late);
      request.off("close", cutOff);
      finish();
    };
    const take = (part: Buffer) => {
      bytes += part.byteLength;
      try {
        if (bytes > limits.maxBytes) throw tooLarge(limits);
        room.take(part.byteLength);
        parts.push(part);
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const late = () => settle(() => reject(tooSlow(limits)));
    const cutOff = () => {
      if (!request.complete) settle(() => reject(interrupted()));
    };
    stream.on("data", take);
    stream.once("end", () => settle(() => resolve(Buffer.concat(parts))));
    stream.once("error", (error) => settle(() => reject(unreadable(error))));
    request.once("close", cutOff);
    timeout.addEventListener("abort", late, { once: true });
  });
}

function tooLarge({ maxBytes }: BodyLimits): ApiError {
  const remedy = "Send fewer queries at once, or a file as a batch.";
  return new ApiError("request_too_large", `The body is larger than ${sizeOf(maxBytes)}. ${remedy}`);
}

function sizeOf(bytes: number): string {
  return bytes >= 2 ** 20 ? `${bytes / 2 ** 20} MB` : `${bytes / 2 ** 10} kB`;
}

function tooSlow({ withinMs }: BodyLimits): ApiError {
  return new ApiError("request_too_slow", `The body did not come within ${withinMs / 1_000} seconds.`);
}

function interrupted(): ApiError {
  return new ApiError("upload_interrupted", "The connection ended before the body did.");
}

function unreadable(error: Error): ApiError {
  return new ApiError("invalid_request", `The body cannot be decompressed: ${error.message}.`);
}
