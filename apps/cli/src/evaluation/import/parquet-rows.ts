import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";

/** Rows that are read at a time. Row groups of published files hold a thousand and more. */
const ROWS = 1_000;

/** Codecs besides Snappy and uncompressed pages, which the reader has itself. */
const compressors = {
  GZIP: (bytes: Uint8Array) => new Uint8Array(gunzipSync(bytes)),
  BROTLI: (bytes: Uint8Array) => new Uint8Array(brotliDecompressSync(bytes)),
};

/** The rows of a Parquet file, a part at a time. @throws {Error} when the file is not Parquet, or its codec is another. */
export async function* parquetRows(path: string): AsyncGenerator<unknown> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const total = Number(metadata.num_rows);
  for (let rowStart = 0; rowStart < total; rowStart += ROWS) {
    const rowEnd = Math.min(rowStart + ROWS, total);
    yield* await parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors });
  }
}
