import { inflateRawSync } from "node:zlib";

/** Signatures of records and their sizes without names. Source: PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16. */
const END = { signature: 0x06_05_4b_50, bytes: 22 };
const ENTRY = { signature: 0x02_01_4b_50, bytes: 46 };
const LOCAL = { signature: 0x04_03_4b_50, bytes: 30 };
const STORED = 0;
const DEFLATED = 8;
/** The comment at the end of the file has at most this length. */
const MAX_COMMENT = 65_535;

/** A file in a zip file. */
export interface ZipEntry {
  readonly path: string;
  /** Unpacks it. Throws when it is damaged. */
  read(): Uint8Array;
}

/**
 * The files in a zip file, in its order, without folders. Zip64 and encryption, which no wheel uses, are not read.
 *
 * @throws {Error} when it is no zip file, or damaged.
 */
export function zipEntries(zip: Buffer): ZipEntry[] {
  const end = endRecord(zip);
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (zip.readUInt32LE(at) !== ENTRY.signature) throw new Error("its directory is damaged");
    const nameLength = zip.readUInt16LE(at + 28);
    const path = zip.toString("utf8", at + ENTRY.bytes, at + ENTRY.bytes + nameLength);
    const record = at;
    if (!path.endsWith("/")) entries.push({ path, read: () => unpack(zip, record) });
    at += ENTRY.bytes + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

function endRecord(zip: Buffer): number {
  for (let at = zip.length - END.bytes; at >= Math.max(0, zip.length - END.bytes - MAX_COMMENT); at--) {
    if (zip.readUInt32LE(at) === END.signature) return at;
  }
  throw new Error("it is no zip file, or its end is missing");
}

function unpack(zip: Buffer, record: number): Uint8Array {
  const method = zip.readUInt16LE(record + 10);
  const packed = zip.readUInt32LE(record + 20);
  const size = zip.readUInt32LE(record + 24);
  const local = zip.readUInt32LE(record + 42);
  if (zip.readUInt32LE(local) !== LOCAL.signature) throw new Error("its directory is damaged");
  const start = local + LOCAL.bytes + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const data = zip.subarray(start, start + packed);
  if (method === STORED) return data;
  if (method !== DEFLATED) throw new Error(`it is packed by method ${method}, which is not known here`);
  // One byte more than the file says it has: what is longer is refused, what is empty has room.
  const bytes = inflateRawSync(data, { maxOutputLength: size + 1 });
  if (bytes.length !== size) throw new Error("a file in it has another size than its directory says");
  return bytes;
}
