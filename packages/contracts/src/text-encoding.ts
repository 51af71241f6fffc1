/** Text, or why bytes are none: a sentence that completes "<file>: …" with the remedy. */
export type DecodedText = { readonly text: string } | { readonly problem: string };

const UTF_16 = "It is UTF-16. Convert it: iconv -f utf-16 -t utf-8 OLD > NEW.";
const UTF_32 = "It is UTF-32. Convert it: iconv -f utf-32 -t utf-8 OLD > NEW.";

/** The longer one first where one begins as another. */
const SIGNATURES: readonly (readonly [begins: readonly number[], problem: string])[] = [
  [[0xff, 0xfe, 0, 0], UTF_32],
  [[0, 0, 0xfe, 0xff], UTF_32],
  [[0xff, 0xfe], UTF_16],
  [[0xfe, 0xff], UTF_16],
  [[0x1f, 0x8b], "It is compressed by gzip. Unpack it first: gunzip."],
  [[0x28, 0xb5, 0x2f, 0xfd], "It is compressed by zstd. Unpack it first: unzstd."],
  [
    [0x50, 0x4b, 3, 4],
    "It is a ZIP file, as spreadsheets (.xlsx) are. Unpack it, or save it as CSV in UTF-8.",
  ],
  [[0x25, 0x50, 0x44, 0x46], "It is a PDF. Save its text as UTF-8."],
];

/** What keeps a file that begins so from being UTF-8 text, with the remedy; undefined where nothing shows. */
export function foreignFormat(head: Uint8Array): string | undefined {
  return SIGNATURES.find(([begins]) => begins.every((byte, i) => head[i] === byte))?.[1];
}

/** The offset of the first byte that is not part of valid UTF-8, undefined where all are. */
export function invalidUtf8At(bytes: Uint8Array): number | undefined {
  // What is not valid becomes U+FFFD, which is written by other bytes than it was read from.
  const again = new TextEncoder().encode(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
  const at = bytes.findIndex((byte, i) => byte !== again[i]);
  return at < 0 ? undefined : at;
}

/** Says that a byte is not UTF-8, and what to do. @param offset from the file's beginning, counted from 0. */
export function notUtf8(byte: number, offset: number): string {
  const hex = byte.toString(16).toUpperCase().padStart(2, "0");
  return `The byte 0x${hex} at offset ${offset} is not valid UTF-8. Save the file as UTF-8; from Latin-1: iconv -f latin1 -t utf-8 OLD > NEW.`;
}

/**
 * The text of a whole file: UTF-8 with or without a byte order mark, or UTF-16 with one. The mark is left
 * out. Bytes that are not valid, and NUL characters, which no text has, are a problem.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const problem = foreignFormat(bytes);
  if (problem === UTF_16) return decodeUtf16(bytes, bytes[0] === 0xff ? "utf-16le" : "utf-16be");
  if (problem !== undefined) return { problem };
  if (bytes.includes(0)) return { problem: HOLDS_NUL };
  const at = invalidUtf8At(bytes);
  if (at !== undefined) return { problem: notUtf8(bytes[at] ?? 0, at) };
  return { text: new TextDecoder("utf-8").decode(bytes) };
}

/** Says that a text holds NUL characters, and what to do. */
export const HOLDS_NUL =
  "It holds NUL characters, as UTF-16 without a byte order mark and binary files do. Save it as text in UTF-8.";

function decodeUtf16(bytes: Uint8Array, encoding: "utf-16le" | "utf-16be"): DecodedText {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes("\0") ? { problem: HOLDS_NUL } : { text };
  } catch {
    return { problem: "It begins as UTF-16 and is not valid UTF-16. Save it as text in UTF-8." };
  }
}
