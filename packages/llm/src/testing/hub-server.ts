import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface SeenRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

interface ServeOptions {
  /** Ends the connection after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Says nothing more after so many bytes of the body. */
  readonly stallAfter?: number;
  /** Sends the body in pieces of so many bytes. */
  readonly pieces?: number;
  /** Waits so long after each piece. */
  readonly pauseMs?: number;
  /** Whether `Range` is honoured. Default: true. */
  readonly ranges?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A hub on this machine, for tests: serves files with ETag and ranges, and answers the next requests as it is told,
 * however wrong that is.
 */
export class HubServer {
  readonly url: string;
  readonly requests: SeenRequest[] = [];
  readonly #server: ReturnType<typeof createServer>;
  readonly #files = new Map<string, Buffer>();
  #next: Answer[] = [];

  static async start(): Promise<HubServer> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return new HubServer(server);
  }

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a server that listens on TCP
    server.on("request", (request, response) => {
      this.requests.push({ url: request.url ?? "", headers: request.headers });
      const answer = this.#next.shift() ?? ((...both) => this.serve(...both));
      answer(request, response);
    });
  }

  /** Puts a file under a path, such as `/user/repository/resolve/main/file.gguf`. */
  put(path: string, content: Buffer): void {
    this.#files.set(path, content);
  }

  /** How the next requests are answered, one each. Later ones are served. */
  answerNext(...answers: Answer[]): void {
    this.#next = answers;
  }

  /** Serves a file as a good server does, except for what the options say. */
  serve(request: IncomingMessage, response: ServerResponse, options: ServeOptions = {}): void {
    const content = this.#files.get(new URL(request.url ?? "/", this.url).pathname);
    if (!content) return void response.writeHead(404).end("Entry not found");
    const etag = `"${createHash("sha256").update(content).digest("hex")}"`;
    const { range, "if-range": ifRange } = request.headers;
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const isPart = range !== undefined && options.ranges !== false && (ifRange ?? etag) === etag;
    if (isPart && from >= content.length)
      return void response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
    const body = isPart ? content.subarray(from) : content;
    response.writeHead(isPart ? 206 : 200, {
      etag,
      "content-length": body.length,
      ...(isPart && { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` }),
      ...options.headers,
    });
    void send(response, body, options);
  }

  /** Answers with a status and headers, and a short body. */
  status(status: number, headers: Record<string, string> = {}): Answer {
    return (_, response) => void response.writeHead(status, headers).end("no");
  }

  /** Serves with these faults. */
  faulty(options: ServeOptions): Answer {
    return (request, response) => this.serve(request, response, options);
  }

  /** Ends it and its connections. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}

async function send(response: ServerResponse, body: Buffer, options: ServeOptions): Promise<void> {
  const { cutAfter, stallAfter, pauseMs = 0, pieces = body.length } = options;
  const end = Math.min(cutAfter ?? body.length, stallAfter ?? body.length);
  for (let at = 0; at < end; at += pieces) {
    const piece = body.subarray(at, Math.min(at + pieces, end));
    await new Promise((done) => response.write(piece, done));
    if (pauseMs > 0) await sleep(pauseMs);
  }
  if (cutAfter !== undefined) response.destroy();
  else if (stallAfter === undefined) response.end();
}
