import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { resultsParquet } from "@bullpen/batch-data";
import { allowedPlace, LocationError, type Manifest, PlaceError } from "@bullpen/storage";
import type { BatchContext } from "./batch-context.js";

/**
 * Writes the results of a batch where its `output_uri` says, in the form that the name says. May be run again: the
 * file is written over.
 *
 * @param results all of them, in input order, with their newlines.
 * @returns why they could not be written, where trying again would not help. What may pass is thrown.
 */
export async function exportResults(
  context: Pick<BatchContext, "places" | "locations" | "logger">,
  manifest: Manifest,
  results: AsyncIterable<Uint8Array>,
): Promise<string | undefined> {
  const { output_uri: uri, tenant, id } = manifest;
  if (uri === undefined) return undefined;
  try {
    const place = allowedPlace(uri, tenant, context.locations);
    await context.places.write(place, contentOf(uri, results));
    return undefined;
  } catch (error) {
    if (!(error instanceof LocationError || error instanceof PlaceError)) throw error;
    context.logger.warn({ err: error, batch: id }, "the results of a batch could not be written at its URI");
    return error instanceof LocationError
      ? `${uri} ${error.message}.`
      : `${uri} cannot be written. ${error.message}`;
  }
}

function contentOf(uri: string, results: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const name = uri.toLowerCase();
  if (name.endsWith(".parquet")) return resultsParquet(results);
  return name.endsWith(".gz") ? gzipped(results) : results;
}

async function* gzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = Readable.from(source);
  const gzip = createGzip();
  input.on("error", (error) => gzip.destroy(error));
  try {
    yield* input.pipe(gzip);
  } finally {
    input.destroy();
  }
}
