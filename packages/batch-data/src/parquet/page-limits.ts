import type { Compressors } from "hyparquet";
import { compressors } from "hyparquet-compressors";

const MIB = 1_024 * 1_024;

/** A page of a column, unpacked: writers make them of 1 MiB. */
const MAX_PAGE_BYTES = 64 * MIB;
/** The columns of a row group that are read: they are in memory together. */
export const MAX_GROUP_BYTES = 256 * MIB;
/** The heap of the thread that reads: a row group as texts. */
export const HEAP_MIB = 1_024;
/** The codecs of Parquet, none of which unpacks a page that is too large to be honest. */
export const limitedCompressors: Compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, unpack]) => [
    codec,
    (bytes: Uint8Array, length: number) => {
      if (length > MAX_PAGE_BYTES) {
        throw new Error(`a page has ${length} bytes unpacked; at most ${MAX_PAGE_BYTES} are read`);
      }
      return unpack(bytes, length);
    },
  ]),
);
