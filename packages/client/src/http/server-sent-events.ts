import { splitLines } from "@bullpen/base";

const PREFIX = "data:";

/** The data of each event of a stream (server-sent events of one `data` line each, as the API sends them). */
export async function* eventData(body: AsyncIterable<Uint8Array> | null): AsyncGenerator<string> {
  if (!body) return;
  const decoder = new TextDecoder();
  for await (const bytes of splitLines(body)) {
    const line = decoder.decode(bytes).trimEnd();
    if (line.startsWith(PREFIX)) yield line.slice(PREFIX.length).trimStart();
  }
}
