import { connect } from "node:net";

/** A request as it is sent: a mutation may change any of it, so nothing of it is checked. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query string. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** What came back. */
export interface HttpReply {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** As far as it was read: streams are left open by the server. */
  readonly body: string;
  /** Whether it came to its end. */
  readonly isWhole: boolean;
}

export function toBytes({ method, target, headers, body }: HttpRequest): Uint8Array {
  const lines = [`${method} ${target} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), body]);
}

export interface SendOptions {
  readonly port: number;
  /** Ends the wait for an answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the wait for the rest of an answer that has begun. */
  readonly streamMs: number;
}

/**
 * Sends bytes over a connection of their own.
 *
 * @returns the answer; `closed` where the server closed the connection without one; `silent` where nothing came in time.
 */
export function send(
  bytes: Uint8Array,
  { port, timeoutMs, streamMs }: SendOptions,
): Promise<HttpReply | "closed" | "silent"> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const socket = connect(port, "127.0.0.1");
    const finish = (otherwise: "closed" | "silent") => {
      clearTimeout(timer);
      socket.destroy();
      resolve(parseReply(Buffer.concat(parts).toString("latin1")) ?? otherwise);
    };
    let timer = setTimeout(finish, timeoutMs, "silent");
    socket.on("connect", () => socket.write(bytes));
    socket.on("data", (part) => {
      if (parts.length === 0) {
        clearTimeout(timer);
        timer = setTimeout(finish, streamMs, "silent");
      }
      parts.push(part);
      if (parseReply(Buffer.concat(parts).toString("latin1"))?.isWhole) finish("closed");
    });
    socket.on("error", () => {}); // `close` follows
    socket.on("close", () => finish("closed"));
  });
}

/** The answer to a request, as far as it has come; interim ones (1xx) are passed over. */
function parseReply(text: string): HttpReply | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [line = "", ...lines] = text.slice(0, end).split("\r\n");
  const status = Number(line.split(" ")[1]);
  if (status < 200) return parseReply(text.slice(end + 4));
  const headers = new Map(
    lines.map((header) => [
      header.slice(0, header.indexOf(":")).toLowerCase(),
      header.slice(header.indexOf(":") + 1).trim(),
    ]),
  );
  const rest = text.slice(end + 4);
  const { body, isWhole } = readBody(rest, status, headers);
  return { status, headers, body: Buffer.from(body, "latin1").toString("utf8"), isWhole };
}

function readBody(rest: string, status: number, headers: ReadonlyMap<string, string>) {
  if (status === 204 || status === 304) return { body: "", isWhole: true };
  if (headers.get("transfer-encoding") === "chunked") return readChunks(rest);
  const length = Number(headers.get("content-length") ?? 0);
  return { body: rest.slice(0, length), isWhole: rest.length >= length };
}

function readChunks(text: string): { readonly body: string; readonly isWhole: boolean } {
  let body = "";
  let at = 0;
  for (;;) {
    const end = text.indexOf("\r\n", at);
    const size = end === -1 ? Number.NaN : Number.parseInt(text.slice(at, end), 16);
    if (Number.isNaN(size) || text.length < end + 2 + size) return { body, isWhole: false };
    if (size === 0) return { body, isWhole: true };
    body += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}
