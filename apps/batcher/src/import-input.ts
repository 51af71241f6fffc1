import { posix } from "node:path";
import { formatBytes } from "@bullpen/base";
import {
  alignLines,
  formatOfName,
  InputError,
  type RequestLine,
  readInput,
  readParquetInput,
  unpacked,
  withoutGz,
} from "@bullpen/batch-data";
import { type BatchError, MAX_BATCH_LINES } from "@bullpen/contracts";
import {
  allowedPlace,
  type BatchSource,
  LocationError,
  type Manifest,
  type OpenPlace,
  PlaceError,
} from "@bullpen/storage";
import type { BatchContext } from "./batch-context.js";

/** The file that a batch names by its URI cannot be taken, and trying again would not help. */
export class ImportError extends Error {
  override readonly name = "ImportError";
  readonly error: BatchError;

  constructor(message: string, line: number | null) {
    super(message);
    this.error = { code: "invalid_request", message, param: "bullpen.input_uri", line };
  }
}

/**
 * Makes the input file of a batch of what its URI names: unpacked, and as lines in the batch form, each with the number
 * of the line or row that it comes from. May be interrupted at any point and run again.
 *
 * @throws {ImportError}
 */
export async function importInput(context: BatchContext, manifest: Manifest): Promise<void> {
  const { source, tenant } = manifest;
  const { batches, files } = context;
  if (!source || (await batches.hasInput(manifest))) return;
  let place: OpenPlace | undefined;
  try {
    place = await context.places.open(allowedPlace(source.uri, tenant, context.locations));
    const record = await files.create(
      {
        id: manifest.input_file_id,
        tenant,
        filename: fileNameOf(source.uri),
        purpose: "batch",
        ...(manifest.key_id !== undefined && { key_id: manifest.key_id }),
        created_at: Math.floor(Date.now() / 1_000),
        expires_at: null,
      },
      bounded(alignLines(requestsOf(place, source)), source),
    );
    await batches.copyInput(manifest, (key) => files.copyContent(record, key));
  } catch (error) {
    throw toImportError(error, source.uri);
  } finally {
    await place?.close();
  }
}

function toImportError(error: unknown, uri: string): unknown {
  if (error instanceof InputError) return new ImportError(`${uri}: ${error.problem}`, error.line ?? null);
  if (error instanceof PlaceError) return new ImportError(`${uri} cannot be read. ${error.message}`, null);
  if (error instanceof LocationError) return new ImportError(`${uri} ${error.message}.`, null);
  return error;
}

async function* requestsOf(place: OpenPlace, source: BatchSource): AsyncGenerator<RequestLine> {
  const { uri: name, format, column, max_bytes: maxBytes } = source;
  const options = { name, defaults: {}, column, columnOption: "bullpen.column" };
  if (format === "parquet") {
    yield* readParquetInput(place, options);
    return;
  }
  const stream = await place.stream();
  try {
    yield* readInput(unpacked(stream, { name, maxBytes }), { ...options, format });
  } finally {
    stream.destroy();
  }
}

/** The lines, unless they are more than a batch may have, or have more bytes together than the tenant may store. */
async function* bounded(
  lines: AsyncIterable<string>,
  { uri, max_bytes }: BatchSource,
): AsyncGenerator<string> {
  let bytes = 0;
  let count = 0;
  for await (const line of lines) {
    if (++count > MAX_BATCH_LINES) {
      const problem = `It has more than ${MAX_BATCH_LINES} lines. Split it into several batches.`;
      throw new InputError(uri, undefined, problem);
    }
    bytes += Buffer.byteLength(line);
    if (bytes > max_bytes) {
      const problem = `As lines of a batch it has more than ${formatBytes(max_bytes)}, which is what may be stored. Split it, or delete files.`;
      throw new InputError(uri, undefined, problem);
    }
    yield line;
  }
}

/** `s3://bucket/day/questions.csv.gz` is stored as questions.jsonl. */
function fileNameOf(uri: string): string {
  const name = withoutGz(posix.basename(uri));
  const stem = formatOfName(name) === undefined ? name : name.slice(0, name.lastIndexOf("."));
  return `${stem}.jsonl`;
}
