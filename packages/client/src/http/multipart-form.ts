/** The content of a file: whole, or a function that opens it again for each attempt to send it. */
export type FileContent = string | Uint8Array | Blob | (() => AsyncIterable<Uint8Array>);

interface MultipartOptions {
  readonly fields: Readonly<Record<string, string>>;
  readonly filename: string;
  readonly content: FileContent;
  /** Called with the number of bytes of the content that were sent so far. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/** The multipart form of an upload (RFC 7578), read at the pace at which it is sent. */
export function multipartForm(options: MultipartOptions): { type: string; parts: AsyncIterable<Uint8Array> } {
  const boundary = `bullpen-${crypto.randomUUID()}`;
  return { type: `multipart/form-data; boundary=${boundary}`, parts: formParts(options, boundary) };
}

async function* formParts(options: MultipartOptions, boundary: string): AsyncGenerator<Uint8Array> {
  const { fields, filename, content, onSent } = options;
  const encoder = new TextEncoder();
  const open = (disposition: string) => `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n`;
  const values = Object.entries(fields).map(([name, value]) => `${open(`name="${name}"`)}\r\n${value}\r\n`);
  const file = open(`name="file"; filename="${quoted(filename)}"`);
  yield encoder.encode(`${values.join("")}${file}content-type: application/jsonl\r\n\r\n`);
  let sent = 0;
  onSent?.(0);
  for await (const bytes of partsOf(content)) {
    yield bytes;
    sent += bytes.byteLength;
    onSent?.(sent);
  }
  yield encoder.encode(`\r\n--${boundary}--\r\n`);
}

async function* partsOf(content: FileContent): AsyncGenerator<Uint8Array> {
  if (typeof content === "function") yield* content();
  else if (typeof content === "string") yield new TextEncoder().encode(content);
  else if (content instanceof Uint8Array) yield content;
  else yield* content.stream();
}

/** As browsers write the names of files in forms. */
function quoted(name: string): string {
  return name.replace(/[\r\n]/g, " ").replaceAll('"', "%22");
}
