import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";

/** A file on its way to the api. */
export interface Upload {
  readonly path: string;
  /** What the file is called there. */
  readonly name: string;
  /** Called with the number of bytes sent so far, from the beginning again at another try. */
  readonly onSent: (bytes: number) => void;
}

/** The multipart form of an upload (RFC 7578), read from disk at the pace at which it is sent. */
export function uploadStream(upload: Upload): { type: string; parts: AsyncIterable<Uint8Array> } {
  const boundary = `bullpen-${randomUUID()}`;
  return { type: `multipart/form-data; boundary=${boundary}`, parts: formParts(upload, boundary) };
}

async function* formParts({ path, name, onSent }: Upload, boundary: string): AsyncGenerator<Uint8Array> {
  const field = (disposition: string) =>
    Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n`);
  yield field('name="purpose"');
  yield Buffer.from("\r\nbatch\r\n");
  yield field(`name="file"; filename="${quoted(name)}"`);
  yield Buffer.from("content-type: application/jsonl\r\n\r\n");
  let sent = 0;
  onSent(0);
  for await (const part of createReadStream(path)) {
    const bytes = part as Uint8Array; // a file without an encoding gives bytes
    yield bytes;
    sent += bytes.byteLength;
    onSent(sent);
  }
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

/** As browsers write the names of files in forms. */
function quoted(name: string): string {
  return name.replace(/[\r\n]/g, " ").replaceAll('"', "%22");
}
