import type { ChildProcess } from "node:child_process";
import { withNumbers } from "@bullpen/contracts";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

// The SDK writes JSON by JSON.stringify, which has no numbers but JavaScript's own. So what it writes is
// parsed once more on its way out, and marked texts become the numbers that they represent.

/** `fetch`, with numbers in the body as the model wrote them. */
export function exactFetch(url: string | URL, init?: RequestInit): Promise<Response> {
  return fetch(url, typeof init?.body === "string" ? { ...init, body: withNumbers(init.body) } : init);
}

/** The SDK's transport over stdio, which writes numbers as the model wrote them. */
export class ExactStdioTransport extends StdioClientTransport {
  override async start(): Promise<void> {
    await super.start();
    // A cast: the process is the SDK's private affair, and there is no other way to what it writes.
    const stdin = (Reflect.get(this, "_process") as ChildProcess | undefined)?.stdin;
    if (!stdin) return;
    const write = stdin.write.bind(stdin);
    // A cast: `write` has several forms; the SDK uses that of one text.
    stdin.write = ((text: string) => write(withNumbers(text))) as typeof stdin.write;
  }
}
