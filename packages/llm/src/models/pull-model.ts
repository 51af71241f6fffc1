import { mkdir, readFile, stat, statfs, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { ModelLoadError } from "../llama/load/model-load-error.js";
import type { CatalogueEntry } from "./catalogue.js";
import { sizeOf } from "./catalogue.js";
import { DownloadClients } from "./download-clients.js";
import { PassingFailure } from "./download-error.js";
import { type DownloadPhase, diskTooSmall, downloadFile } from "./download-file.js";
import type { Hub } from "./hub.js";
import { filesOf, type ModelSource, parseModelUri, type RemoteFile, tagFile } from "./model-source.js";
import { openRemote } from "./open-remote.js";

/** A model that can be downloaded: an entry of the catalogue, or what a URI names. */
export interface RemoteModel {
  readonly uri: string;
  readonly entry: CatalogueEntry | undefined;
}

export interface PullProgress {
  readonly phase: DownloadPhase;
  /** Bytes of this file. */
  readonly done: number;
  /** `undefined` while it is not known. */
  readonly total: number | undefined;
  /** Which file of the model this is, from 1. */
  readonly file: number;
  readonly files: number;
}

export interface PullModelOptions {
  readonly model: RemoteModel;
  /** Where downloaded models are kept. */
  readonly folder: string;
  readonly hub: Hub;
  /** Called with the bytes of the files so far, before those of the last of them are taken. What it throws ends the pull. */
  readonly onSize?: (bytes: number) => void;
  readonly onProgress?: (progress: PullProgress) => void;
  /** Something that the user should know: an attempt that failed, a download that starts again. */
  readonly onNote?: (message: string) => void;
  readonly signal?: AbortSignal;
  /** How long a server may say nothing before the connection is given up. Default: 30,000 ms. */
  readonly stallMs?: number;
  /** The pause after a number of failures in a row, in milliseconds. Default: a second, doubled to half a minute. */
  readonly pauseMs?: (failures: number) => number;
}

export interface PulledModel {
  /** The file to load. */
  readonly path: string;
  readonly files: readonly string[];
  /** Files whose checksum was verified now. */
  readonly verified: number;
}

/** Long enough for a busy server, short enough that nobody takes it for a hang. */
const DEFAULT_STALL_MS = 30_000;
/** Longer than a handshake through a slow proxy takes. */
const CONNECT_TIMEOUT_MS = 15_000;

/**
 * Downloads a model's files, as far as they are not there.
 *
 * @throws {ModelLoadError} with what was wrong and what helps; the signal's reason when it aborts.
 */
export async function pullModel(options: PullModelOptions): Promise<PulledModel> {
  const { model, folder, hub, stallMs = DEFAULT_STALL_MS } = options;
  const connectTimeoutMs = Math.min(CONNECT_TIMEOUT_MS, stallMs);
  const clients = await DownloadClients.open({ connectTimeoutMs, silenceMs: stallMs });
  try {
    const source = await chooseFile(parseModelUri(model.uri), options, clients);
    const files = filesOf(source, { folder, endpoint: hub.endpoint });
    const [first] = files as [RemoteFile]; // one at least
    await checkDiskFirst(model, files);
    let verified = 0;
    let bytes = 0;
    for (const [i, file] of files.entries()) {
      const onSize = (total: number) => options.onSize?.(bytes + total);
      const place = { index: i, files: files.length };
      if ((await downloadOne(file, place, { ...options, onSize }, clients)) !== undefined) verified++;
      bytes += await bytesThere(file.path);
    }
    return { path: first.path, files: files.map(({ path }) => path), verified };
  } finally {
    await clients.close();
  }
}

function downloadOne(
  file: RemoteFile,
  { index, files }: { readonly index: number; readonly files: number },
  { model: { entry }, hub, onSize, onProgress, onNote, signal, pauseMs }: PullModelOptions,
  clients: DownloadClients,
): Promise<string | undefined> {
  const expected = files === 1 ? { bytes: entry?.bytes, sha256: entry?.sha256 } : {};
  return downloadFile(
    { ...file, ...expected },
    {
      hub,
      clients,
      signal,
      onSize: (total) => onSize?.(total),
      onProgress: (phase, done, total) => onProgress?.({ phase, done, total, file: index + 1, files }),
      onNote: (message) => onNote?.(message),
      ...(pauseMs && { pauseMs }),
    },
  );
}

/** Before the first byte, where the size is known. The size that the server says is checked once it has said it. */
async function checkDiskFirst({ entry }: RemoteModel, files: readonly RemoteFile[]): Promise<void> {
  const size = entry && sizeOf(entry);
  const [first] = files;
  if (size === undefined || !first) return;
  const there = await Promise.all(files.map(({ path }) => bytesThere(path)));
  const needed = size - there.reduce((sum, bytes) => sum + bytes, 0);
  const folder = await nearestFolder(dirname(first.path));
  const { bavail, bsize } = await statfs(folder);
  if (needed > bavail * bsize) throw diskTooSmall(first.path, needed, bavail * bsize);
}

async function bytesThere(path: string): Promise<number> {
  const sizes = await Promise.all([path, `${path}.part`].map((one) => stat(one).catch(() => undefined)));
  return Math.max(0, ...sizes.map((one) => one?.size ?? 0));
}

async function nearestFolder(folder: string): Promise<string> {
  const exists = await stat(folder).catch(() => undefined);
  return exists || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

/** What the hub answers for a tag of a repository. */
const manifestSchema = z.object({ ggufFile: z.object({ rfilename: z.string() }) });

type FileSource = Exclude<ModelSource, { kind: "hub-tag" }>;

/** The file behind a tag. The hub's choice is kept, so that a model that is there needs no network. */
async function chooseFile(
  source: ModelSource,
  options: PullModelOptions,
  clients: DownloadClients,
): Promise<FileSource> {
  if (source.kind !== "hub-tag") return source;
  const kept = await readTag(source, options.folder);
  if (kept) return kept;
  const { repository, tag } = source;
  const file = await askForFile(
    `${options.hub.endpoint}/v2/${repository}/manifests/${tag}`,
    options,
    clients,
  );
  const chosen = parseModelUri(`hf:${repository}/${file}`) as FileSource; // a URI with a file is no tag
  const record = tagFile(source, options.folder);
  await mkdir(dirname(record), { recursive: true });
  await writeFile(record, `${file}\n`);
  return chosen;
}

async function askForFile(
  url: string,
  { hub, signal, model, onNote, pauseMs = (failures) => failures * 1_000 }: PullModelOptions,
  clients: DownloadClients,
): Promise<string> {
  for (let failures = 1; ; failures++) {
    try {
      // The hub adds the file's name to the manifest for this client alone.
      const headers = { "user-agent": "llama-cpp" };
      const { body } = await openRemote(url, { hub, clients, signal, headers });
      const { readText } = await import("@bullpen/outbound/client");
      return manifestSchema.parse(JSON.parse(await readText(body, MAX_MANIFEST_BYTES))).ggufFile.rfilename;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ModelLoadError) throw error;
      if (!(error instanceof PassingFailure))
        throw new ModelLoadError(
          `The hub does not say which file ${model.uri} is. Name the file: hf:user/repository/file.gguf.`,
        );
      if (failures >= MANIFEST_ATTEMPTS)
        throw new ModelLoadError(
          `${model.uri} could not be looked up: ${error.message}. Check the network and try again.`,
        );
      onNote?.(`${error.message}; trying again`);
      await sleep(pauseMs(failures), undefined, signal ? { signal } : {});
    }
  }
}

/** Manifests have some kilobytes. */
const MAX_MANIFEST_BYTES = 4_000_000;
/** A small request: what three attempts do not get is away for longer. */
const MANIFEST_ATTEMPTS = 3;

async function readTag(
  source: Extract<ModelSource, { kind: "hub-tag" }>,
  folder: string,
): Promise<FileSource | undefined> {
  const file = await readFile(tagFile(source, folder), "utf8").catch(() => undefined);
  if (file === undefined) return undefined;
  return parseModelUri(`hf:${source.repository}/${file.trim()}`) as FileSource;
}

/** The file of a model to load, where all its files are there; no network is asked. */
export async function findPulled(
  model: RemoteModel,
  folder: string,
): Promise<{ path: string; files: readonly string[]; bytes: number } | undefined> {
  const source = parseModelUri(model.uri);
  const chosen = source.kind === "hub-tag" ? await readTag(source, folder) : source;
  if (!chosen) return undefined;
  const files = filesOf(chosen, { folder, endpoint: "https://hub.invalid" }).map(({ path }) => path);
  const sizes = await Promise.all(files.map((path) => stat(path).catch(() => undefined)));
  const [path] = files;
  if (path === undefined || sizes.some((one) => one === undefined)) return undefined;
  return { path, files, bytes: sizes.reduce((sum, one) => sum + (one?.size ?? 0), 0) };
}
