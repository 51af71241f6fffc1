import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { FLAVOURS, type Flavour, type HttpReply } from "./model-server-flavours.js";
import { type ChatRequest, chatRequestSchema, type Said } from "./model-server-request.js";

/**
 * What becomes of a request: a completion, a response as it is, a connection cut in the middle of the response, one
 * whose server has ended its own side before the response, or silence.
 */
export type ChatAnswer = Said | HttpReply | "cut" | "half-close" | "hang";

/** `index` counts the turns after the one by which a worker tries the server out. */
export type ChatScript = (request: ChatRequest, index: number) => ChatAnswer | Promise<ChatAnswer>;

/**
 * A stand-in for a model server at the wire: it listens, answers with what such servers have been seen to
 * answer, and says what a test's script says in the model's place.
 */
export class ModelServer {
  readonly requests: ChatRequest[] = [];
  readonly authorizations: (string | undefined)[] = [];
  /** Requests whose client went away before the answer. */
  aborted = 0;
  /** Connections that were opened. */
  connections = 0;
  /** When the last request was aborted, in Unix milliseconds. */
  abortedAt = 0;
  script: ChatScript;
  /** What it answers to health checks. */
  health: HttpReply | "hang" = { status: 200, body: "" };
  readonly #flavour: Flavour;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  constructor(flavour: keyof typeof FLAVOURS, script: ChatScript) {
    this.#flavour = FLAVOURS[flavour];
    this.script = script;
    this.#server.on("connection", () => {
      this.connections++;
    });
  }

  /** @param at a port or the path of a socket file. Default: a free port. */
  async start(at: number | string = 0): Promise<string> {
    await new Promise<void>((resolve) => {
      if (typeof at === "string") this.#server.listen(at, resolve);
      else this.#server.listen(at, "127.0.0.1", resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === "string") return "http://vllm/v1";
    return `http://127.0.0.1:${address.port}/v1`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.authorizations.push(request.headers.authorization);
    if (request.url === "/health") return this.health === "hang" ? undefined : send(response, this.health);
    if (request.method === "GET") return send(response, this.#flavour.get(request.url ?? ""));
    // It takes conversations alone; completions of prompts have tests of their own.
    if (request.url === "/v1/completions")
      return send(response, { status: 404, body: { detail: "Not Found" } });
    let text = "";
    for await (const chunk of request) text += String(chunk);
    response.once("close", () => {
      if (response.writableFinished) return;
      this.aborted++;
      this.abortedAt = Date.now();
    });
    const chat = chatRequestSchema.parse(JSON.parse(text));
    const refusal = this.#flavour.refuse(chat);
    if (refusal) return send(response, refusal);
    // The worker's own try at its start is no turn of a test.
    if (chat.messages.some(({ content }) => content.endsWith("Are you ready?")))
      return this.#say(response, chat, { content: '{"tool_name": "Final Answer", "input": "ready"}' });
    const index = this.requests.push(chat) - 1;
    return this.#say(response, chat, await this.script(chat, index));
  }

  #say(response: ServerResponse, chat: ChatRequest, answer: ChatAnswer): void {
    if (answer === "hang") return;
    if (answer === "cut") {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"id": "chatcmpl-1", "choices": [');
      setImmediate(() => response.destroy());
    } else if (answer === "half-close") response.socket?.end();
    else if ("content" in answer) send(response, { status: 200, body: this.#flavour.complete(chat, answer) });
    else send(response, answer);
  }
}

function send(response: ServerResponse, { status, body, headers }: HttpReply): void {
  const isText = typeof body === "string";
  response.writeHead(status, { "content-type": isText ? "text/plain" : "application/json", ...headers });
  response.end(isText ? body : JSON.stringify(body));
}
