import type { ChildProcess } from "node:child_process";
import { withNumbers } from "@bullpen/contracts";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

// The SDK writes JSON with JSON.stringify, which only has JavaScript's numbers. So its output is
// parsed once more on its way out, and marked texts become the numbers that they represent.

/** `fetch` that sends numbers as the model wrote them. */
export function exactFetch(url: string | URL, init?: RequestInit): Promise<Response> {
  return fetch(url, typeof init?.body === "string" ? { ...init, body: withNumbers(init.body) } : init);
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
