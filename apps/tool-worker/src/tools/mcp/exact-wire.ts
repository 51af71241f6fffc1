import type { ChildProcess } from "node:child_process";
import { withNumbers } from "@bullpen/contracts";
import type { HttpClient } from "@bullpen/outbound/client";
import type { FetchLike } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

// The SDK writes JSON with JSON.stringify, which only has JavaScript's numbers. So its output is
// parsed once more on its way out, and marked texts become the numbers that they represent.

/** The largest answer, and the largest event of a stream, that a server may send: a result is cut to far less. */
const MAX_ANSWER_BYTES = 64_000_000;

/** `fetch` that sends numbers as the model wrote them, and follows redirects within the server's origin alone. */
export function exactFetch(client: HttpClient): FetchLike {
  return async (url, init = {}) => {
    const { body } = init;
    const exact = { ...init, ...(typeof body === "string" && { body: withNumbers(body) }) };
    // Casts: Node's types of `fetch` are those of another version of undici.
    const request = exact as Parameters<HttpClient["fetch"]>[1];
    return (await client.fetch(url, request, { maxBytes: MAX_ANSWER_BYTES })) as unknown as Response;
  };
}

/** The SDK's stdio transport that sends numbers as the model wrote them. */
export class ExactStdioTransport extends StdioClientTransport {
  override async start(): Promise<void> {
    await super.start();
    // A cast: the process is private in the SDK, and there is no other way to its output.
    const stdin = (Reflect.get(this, "_process") as ChildProcess | undefined)?.stdin;
    if (!stdin) return;
    const write = stdin.write.bind(stdin);
    // A cast: `write` has several overloads; the SDK uses the one with a single text.
    stdin.write = ((text: string) => write(withNumbers(text))) as typeof stdin.write;
  }
}
