import { redact } from "@bullpen/contracts";

/**
 * Takes secrets out of what is printed past the logger: by libraries, by Node's own warnings, by programs that run in
 * threads. The logger writes to the file itself, so that its lines do not come here.
 */
export function redactPrints(...streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    const write = stream.write.bind(stream);
    // A cast: `write` is overloaded, and all but the text is passed on unchanged.
    stream.write = ((chunk: string | Uint8Array, ...rest: []) =>
      write(clean(chunk), ...rest)) as typeof write;
  }
}

/** Bytes that hold no secret are left as they are: they may be no text. */
function clean(chunk: string | Uint8Array): string | Uint8Array {
  if (typeof chunk === "string") return redact(chunk);
  const text = Buffer.from(chunk).toString();
  const redacted = redact(text);
  return redacted === text ? chunk : redacted;
}
