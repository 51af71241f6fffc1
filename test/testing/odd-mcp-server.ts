import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** What an MCP server over stdio does besides answering, or in place of it. */
export type Oddity = keyof typeof ODDITIES;

/** The configuration of a server with one tool, `echo`, in a process of its own. */
export function oddMcpServer(oddity: Oddity): { command: string; args: string[] } {
  return { command: process.execPath, args: [fileURLToPath(import.meta.url), oddity] };
}

interface Message {
  readonly id?: number | string;
  /** None in answers to what it asks itself. */
  readonly method?: string;
  readonly params?: { readonly protocolVersion?: string };
}
type Answer = (id: unknown, result: unknown) => void;

interface Odd {
  /** What goes on all the time. */
  readonly always?: () => void;
  /** Answers a method in its own way. */
  readonly answers?: Readonly<Record<string, (id: unknown, answer: Answer) => void>>;
}

const every = (milliseconds: number, run: () => void) => void setInterval(run, milliseconds);
const say = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
let count = 0;

const ODDITIES = {
  none: {},
  "floods standard error": { always: () => every(10, () => process.stderr.write("x".repeat(65_536))) },
  "floods standard output with no messages": {
    always: () => every(5, () => process.stdout.write('no message\n{"a":1}\n[]\nnull\n')),
  },
  "says all the time that its tools have changed": {
    always: () => every(5, () => say({ method: "notifications/tools/list_changed" })),
  },
  "asks all the time": {
    always: () =>
      every(20, () => {
        for (let i = 0; i < 20; i++) say({ id: `s${count++}`, method: "sampling/createMessage", params: {} });
      }),
  },
  "has pages without an end": {
    answers: {
      "tools/list": (id, answer) =>
        answer(id, { tools: [{ name: count === 0 ? "echo" : `t${count}` }], nextCursor: `c${count++}` }),
    },
  },
  "writes a line without an end": {
    answers: { "tools/call": () => every(1, () => process.stdout.write("x".repeat(1 << 20))) },
  },
  "gives a result of 20 MB": {
    answers: {
      "tools/call": (id) => {
        process.stdout.write(`{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"`);
        for (let i = 0; i < 20; i++) process.stdout.write("word ".repeat(200_000));
        process.stdout.write('"}]}}\n');
      },
    },
  },
  "gives a million parts": {
    answers: {
      "tools/call": (id, answer) => answer(id, { content: Array(300_000).fill({ type: "text", text: "x" }) }),
    },
  },
  "gives a deep result": {
    answers: {
      "tools/call": (id) => {
        const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
        process.stdout.write(
          `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"structuredContent":{"a":${deep}}}}\n`,
        );
      },
    },
  },
  "never answers a call": { answers: { "tools/call": () => {} } },
  "dies of a call": {
    answers: {
      "tools/call": () => {
        process.stderr.write("out of tea\n");
        process.exit(3);
      },
    },
  },
  "dies at its start": {
    always: () => {
      process.stderr.write(`no tea, ${process.pid}\n`);
      process.exit(1);
    },
  },
} satisfies Record<string, Odd>;

function serve(odd: Odd): void {
  odd.always?.();
  const answer: Answer = (id, result) => say({ id, result });
  createInterface({ input: process.stdin }).on("line", (line) => {
    // A cast: what writes here is our own client.
    const { id, method, params } = JSON.parse(line) as Message;
    if (id === undefined || method === undefined) return;
    const own = odd.answers?.[method];
    if (own) own(id, answer);
    else if (method === "initialize") {
      const capabilities = { tools: { listChanged: true } };
      const { protocolVersion } = params ?? {};
      answer(id, { protocolVersion, capabilities, serverInfo: { name: "odd", version: "1" } });
    } else if (method === "tools/list") answer(id, { tools: [{ name: "echo" }] });
    else if (method === "tools/call") answer(id, { content: [{ type: "text", text: "echo" }] });
    else say({ id, error: { code: -32_601, message: `there is no ${method}` } });
  });
}

const [, main, oddity] = process.argv;
// A cast: the argument is what oddMcpServer wrote.
if (main === fileURLToPath(import.meta.url)) serve(ODDITIES[oddity as Oddity]);
