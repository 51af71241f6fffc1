import { mkdir, rename, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { backoff, errorMessage, formatBytes } from "@bullpen/base";
import { shownUrl } from "@bullpen/outbound";
import { ModelLoadError } from "../llama/load/model-load-error.js";
import type { DownloadClients } from "./download-clients.js";
import { PassingFailure } from "./download-error.js";
import { withFileLock } from "./file-lock.js";
import type { Hub } from "./hub.js";
import type { RemoteFile } from "./model-source.js";
import { openRemote, type RemoteResponse } from "./open-remote.js";
import { type PartFacts, PartFile } from "./part-file.js";
import { freshBody } from "./response-range.js";

/** What is known of a file before it is asked for. */
export interface ExpectedFile extends RemoteFile {
  readonly bytes?: number | undefined;
  readonly sha256?: string | undefined;
}

export type DownloadPhase = "downloading" | "checking" | "waiting";

export interface DownloadFileOptions {
  readonly hub: Hub;
  readonly clients: DownloadClients;
  readonly signal: AbortSignal | undefined;
  /** Called with the bytes of the file before the first is taken, where they are known. What it throws ends the download. */
  readonly onSize: (total: number) => void;
  /** @param total bytes of the file, where they are known. */
  readonly onProgress: (phase: DownloadPhase, done: number, total: number | undefined) => void;
  /** Something that the user should know: an attempt that failed, a download that starts again. */
  readonly onNote: (message: string) => void;
  /** The pause before attempt `failures + 1`, in milliseconds. */
  readonly pauseMs?: (failures: number) => number;
}

/** Failures in a row, without progress between them, after which the download stops. */
const MAX_FAILURES = 6;
/** Fewer bytes than that are no progress: a server that cuts each connection after a few would keep it going for days. */
const MIN_PROGRESS_BYTES = 65_536;
/** A second, doubled to half a minute: six failures are about a minute of trying. */
const defaultPauseMs = backoff({ firstMs: 1_000, maxMs: 30_000, jitter: 0.3 });
/** A server that asks for a longer wait is not waited for: the user learns the time and comes back. */
const MAX_RETRY_AFTER_MS = 60_000;

/**
 * Downloads a file to its path, which exists only when it is whole. Goes on where an earlier download was cut. Two
 * processes may do so at once: one waits for the other.
 *
 * @returns the checksum that was verified; `undefined` where none is published, or the file was there.
 * @throws {ModelLoadError} with what was wrong and what helps; the signal's reason when it aborts.
 */
export async function downloadFile(
  file: ExpectedFile,
  options: DownloadFileOptions,
): Promise<string | undefined> {
  await mkdir(dirname(file.path), { recursive: true }).catch((error: unknown) => {
    throw new ModelLoadError(`The folder ${dirname(file.path)} cannot be made (${errorMessage(error)}).`);
  });
  if (await exists(file.path)) return undefined;
  const part = new PartFile(file.path);
  const onWait = async () => options.onProgress("waiting", await part.size(), file.bytes);
  return withFileLock(`${file.path}.lock`, { onWait, signal: options.signal }, async () => {
    if (await exists(file.path)) return undefined;
    try {
      const facts = await fetchWhole(file, part, options);
      const checksum = await verify(file, part, facts, options);
      await rename(part.path, file.path);
      await part.removeFacts();
      return checksum;
    } catch (error) {
      throw await withDiskExplained(error, file, part);
    }
  });
}

async function fetchWhole(
  file: ExpectedFile,
  part: PartFile,
  options: DownloadFileOptions,
): Promise<PartFacts> {
  const pauseMs = options.pauseMs ?? defaultPauseMs;
  let failures = 0;
  for (;;) {
    const before = await part.size();
    try {
      return await attempt(file, part, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof PassingFailure)) throw error;
      failures = (await part.size()) - before >= MIN_PROGRESS_BYTES ? 1 : failures + 1;
      const waitMs = error.retryAfterMs ?? pauseMs(failures);
      if (failures >= MAX_FAILURES || waitMs > MAX_RETRY_AFTER_MS) throw await gaveUp(error, file, part);
      options.onNote(`${error.message}; trying again in ${Math.ceil(waitMs / 1_000)} s`);
      await sleep(waitMs, undefined, options.signal ? { signal: options.signal } : {});
    }
  }
}

async function gaveUp(error: PassingFailure, file: ExpectedFile, part: PartFile): Promise<ModelLoadError> {
  const { retryAfterMs } = error;
  const size = await part.size();
  const kept = size > 0 ? ` ${formatBytes(size)} are kept: the same command goes on from there.` : "";
  const when =
    retryAfterMs !== undefined && retryAfterMs > MAX_RETRY_AFTER_MS
      ? `Try again in ${Math.ceil(retryAfterMs / 60_000)} min, as the server asks.`
      : "Check the network and try again.";
  return new ModelLoadError(
    `${shownUrl(file.url)} could not be downloaded: ${error.message}. ${when}${kept}`,
  );
}

/** One request, from where the part ends. */
async function attempt(file: ExpectedFile, part: PartFile, options: DownloadFileOptions): Promise<PartFacts> {
  const { hub, clients, signal } = options;
  const known = await part.readFacts();
  const start = known ? await part.size() : 0;
  if (known && start > 0 && start === (file.bytes ?? known.total)) return known;
  const headers = known && start > 0 ? resumeHeaders(file, known, start) : undefined;
  const response = await openRemote(file.url, { hub, clients, signal, headers: headers ?? {} });
  const body = await freshBody(response, headers === undefined ? 0 : start, () => part.remove());
  if (start > 0 && body.from === 0)
    options.onNote("the server cannot go on, or has another file now: starting over");
  const total = checkedTotal(file, response, body.total ?? response.linkedBytes);
  const sha256 = response.linkedSha256 ?? (body.from > 0 ? known?.sha256 : undefined);
  if (body.from > 0 && sha256 !== (known?.sha256 ?? sha256)) {
    await part.remove();
    throw new PassingFailure("the server has another file now, so the download starts over");
  }
  if (total !== undefined) options.onSize(total);
  await checkDisk(file, total, body.from);
  // Before the new facts: they must never lie beside bytes of another file.
  if (body.from === 0) await part.remove();
  const facts = { url: file.url, total, sha256, validator: validatorOf(response) };
  await part.writeFacts(facts);
  const position = await receive(response, part, body.from, (done) => {
    if (total !== undefined && done > total) throw tooLong(file, total);
    options.onProgress("downloading", done, total);
  });
  if (total !== undefined && position < total)
    throw new PassingFailure(`the connection ended at ${formatBytes(position)} of ${formatBytes(total)}`);
  return facts;
}

/** The headers that ask for the rest; `undefined` where nothing shows that the rest is of the same file. */
function resumeHeaders(
  file: ExpectedFile,
  { url, validator, sha256 }: PartFacts,
  start: number,
): Record<string, string> | undefined {
  const range = `bytes=${start}-`;
  if (validator !== undefined && url === file.url) return { range, "if-range": validator };
  // The checksum tells in the end whether both halves are of one file.
  return (file.sha256 ?? sha256) === undefined ? undefined : { range };
}

function validatorOf({ headers }: RemoteResponse): string | undefined {
  const { etag } = headers;
  if (etag !== undefined && !etag.startsWith("W/")) return etag;
  return headers["last-modified"];
}

/** @throws {ModelLoadError} when the server has another file than the catalogue or its own hub says. */
function checkedTotal(
  { url, bytes, sha256 }: ExpectedFile,
  { linkedSha256, linkedBytes }: RemoteResponse,
  total: number | undefined,
): number | undefined {
  const wanted = bytes ?? linkedBytes;
  if (wanted !== undefined && total !== undefined && total !== wanted)
    throw otherFile(url, `it has ${total} bytes, expected are ${wanted}`);
  if (sha256 !== undefined && linkedSha256 !== undefined && sha256 !== linkedSha256)
    throw otherFile(url, `its SHA-256 is ${linkedSha256}, expected is ${sha256}`);
  return wanted ?? total;
}

function otherFile(url: string, how: string): ModelLoadError {
  return new ModelLoadError(
    `${shownUrl(url)} is another file than expected: ${how}. It was replaced, or a mirror is wrong: check HF_ENDPOINT. To take it as it is, give its hf: URI or URL in place of the name.`,
  );
}

function tooLong({ url }: ExpectedFile, total: number): ModelLoadError {
  return new ModelLoadError(
    `${shownUrl(url)} is longer than the ${total} bytes that the server announced. Try again, or take another mirror.`,
  );
}

/** @throws {ModelLoadError} when what is missing does not fit on the disk. */
async function checkDisk({ path }: ExpectedFile, total: number | undefined, from: number): Promise<void> {
  if (total === undefined) return;
  const { bavail, bsize } = await statfs(dirname(path));
  const [needed, free] = [total - from, bavail * bsize];
  if (needed > free) throw diskTooSmall(path, needed, free);
}

export function diskTooSmall(path: string, needed: number, free: number): ModelLoadError {
  return new ModelLoadError(
    `The disk of ${dirname(path)} has ${formatBytes(free)} free, and ${formatBytes(needed)} are needed. Make room, or set MODELS_DIR to a folder on another disk.`,
  );
}

async function receive(
  { body }: RemoteResponse,
  part: PartFile,
  from: number,
  onWritten: (position: number) => void,
): Promise<number> {
  try {
    return await part.write(from, body, onWritten);
  } catch (error) {
    body.destroy();
    if (error instanceof ModelLoadError || isOfDisk(error)) throw error;
    throw new PassingFailure(`the connection was cut (${errorMessage(error)})`);
  }
}

const DISK_CODES = ["ENOSPC", "EDQUOT", "EIO", "EROFS", "EACCES", "EPERM", "EFBIG"];

function isOfDisk(error: unknown): error is Error {
  return error instanceof Error && "code" in error && DISK_CODES.includes(String(error.code));
}

async function withDiskExplained(error: unknown, { path }: ExpectedFile, part: PartFile): Promise<unknown> {
  if (!isOfDisk(error)) return error;
  return new ModelLoadError(
    `${path} cannot be written (${error.message}). ${formatBytes(await part.size())} of it are kept: make room or fix the folder, and the same command goes on from there.`,
  );
}

const GGUF_MAGIC = "GGUF";

/** @throws {ModelLoadError} when the file is not the one that is wanted: it is deleted then. */
async function verify(
  { url, sha256 }: ExpectedFile,
  part: PartFile,
  facts: PartFacts,
  { onProgress, signal }: DownloadFileOptions,
): Promise<string | undefined> {
  const magic = await part.head(GGUF_MAGIC.length);
  if (magic !== GGUF_MAGIC) {
    await part.remove();
    throw new ModelLoadError(
      `${shownUrl(url)} is no GGUF file: it starts with ${JSON.stringify(magic)}, as a web page or a Git LFS pointer may. It was deleted. Check the URI.`,
    );
  }
  const expected = sha256 ?? facts.sha256;
  if (expected === undefined) return undefined;
  const actual = await part.sha256((done) => onProgress("checking", done, facts.total), signal);
  if (actual === expected) return expected;
  await part.remove();
  throw new ModelLoadError(
    `${shownUrl(url)} has the wrong checksum: its SHA-256 is ${actual}, expected is ${expected} (${sha256 === undefined ? "as the hub says" : "of the catalogue"}). The file was deleted. Run the same command again; if it ends the same, take another mirror (HF_ENDPOINT).`,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
