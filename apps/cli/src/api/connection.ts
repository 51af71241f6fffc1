import { splitCredentials } from "@bullpen/contracts";
import { StartupError } from "@bullpen/runtime";
import { z } from "zod";

const errorSchema = z.object({
  error: z.object({ message: z.string(), code: z.string(), param: z.string().nullable() }),
});

/** The api refused a request; sending it again would change nothing. */
export class ApiRefusal extends StartupError {
  /** The field at fault, such as `[3].query`. */
  readonly param: string | null;

  constructor(message: string, param: string | null) {
    super(message);
    this.param = param;
  }
}

/** The api answered before, or is there, and cannot take the request now: worth another try. */
export class ApiAway extends StartupError {}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, part by part. */
  readonly stream?: { readonly type: string; readonly parts: AsyncIterable<Uint8Array> };
  /** The api does what requests with one key ask for once. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Statuses that tell of the server's state, not of the request. */
const AWAY_STATUSES: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** The way to one api. */
export class ApiConnection {
  readonly #url: string;
  readonly #authorization: string | undefined;
  #hasAnswered = false;

  /** @param address a URL; user name and password in it are sent as Basic auth, as proxies with a login take it. */
  constructor(address: string) {
    if (!URL.canParse(address) || !/^https?:/i.test(address)) {
      throw new StartupError(
        "The api's address must be a URL such as http://127.0.0.1:3000; say it with --url.",
      );
    }
    const { url, authorization } = splitCredentials(address);
    this.#url = url.replace(/\/$/, "");
    this.#authorization = authorization;
  }

  /** @throws {ApiRefusal | ApiAway}, or StartupError when nothing ever answered. */
  async json(request: ApiRequest): Promise<unknown> {
    const response = await this.open(request);
    let text: string;
    try {
      text = await response.text();
    } catch (error) {
      throw this.#unreachable(error, request.signal);
    }
    try {
      return JSON.parse(text);
    } catch {
      throw this.#noBullpen(`it sent no JSON${saidBy(text)}`);
    }
  }

  /** Asks for JSON of a known form. */
  async parsed<Schema extends z.ZodType>(schema: Schema, request: ApiRequest): Promise<z.output<Schema>> {
    const reply = schema.safeParse(await this.json(request));
    if (reply.success) return reply.data;
    const place = reply.error.issues[0]?.path.join(".") || "it";
    throw this.#noBullpen(`its answer has another form than ours, at ${place}`);
  }

  /** Something else answers at the address; asking again would change nothing. */
  #noBullpen(reason: string): StartupError {
    return new StartupError(
      `What answers at ${this.#url} is no Bullpen of this version (${reason}). Say where yours is with --url.`,
    );
  }

  /** Like `json`, with the body left to the caller. */
  async open(request: ApiRequest): Promise<Response> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.#url + request.path, toInit(request, this.#authorization));
      if (response.ok) {
        this.#hasAnswered = true;
        return response;
      }
      text = await response.text();
    } catch (error) {
      throw this.#unreachable(error, request.signal);
    }
    this.#hasAnswered = true;
    throw toError(response.status, text);
  }

  #unreachable(error: unknown, signal: AbortSignal | undefined): Error {
    if (signal?.aborted) return signal.reason;
    // What the caller streams may fail too: that is the caller's error.
    if (error instanceof StartupError) return error;
    const source = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const cause = source instanceof Error ? source.message || source.name : String(source);
    if (this.#hasAnswered) return new ApiAway(`The api at ${this.#url} went away (${cause}).`);
    return new StartupError(
      `No Bullpen answers at ${this.#url} (${cause}). Start one with \`npm start\`, or say where it is with --url.`,
    );
  }
}

function toInit(request: ApiRequest, authorization: string | undefined): RequestInit {
  const { method, json, stream, idempotencyKey, signal } = request;
  const headers: Record<string, string> = {};
  if (authorization !== undefined) headers.authorization = authorization;
  if (idempotencyKey !== undefined) headers["idempotency-key"] = idempotencyKey;
  if (stream) {
    headers["content-type"] = stream.type;
    // `duplex` is required for streams; the type of Node's fetch does not know that they may be iterables.
    return { method, headers, signal, body: stream.parts, duplex: "half" } as RequestInit;
  }
  if (json === undefined) return { method, headers, signal: signal ?? null };
  headers["content-type"] = "application/json";
  return { method, headers, signal: signal ?? null, body: JSON.stringify(json) };
}

function toError(status: number, text: string): Error {
  const { message, param } = readError(status, text);
  return AWAY_STATUSES.has(status) ? new ApiAway(message) : new ApiRefusal(message, param);
}

function readError(status: number, text: string): { message: string; param: string | null } {
  try {
    const { error } = errorSchema.parse(JSON.parse(text));
    return { message: `The api refused: ${error.message} (${error.code})`, param: error.param };
  } catch {
    return {
      message: `The api answered with HTTP status ${status}${saidBy(text)}. Is this a Bullpen? Say where it is with --url.`,
      param: null,
    };
  }
}

/** The beginning of a body that is none of ours, for a message: of a page its title. */
function saidBy(text: string): string {
  const head = text.slice(0, 2_000);
  if (!head.trimStart().startsWith("<")) return head.trim() === "" ? "" : `: ${head.slice(0, 200).trim()}`;
  const start = head.indexOf("<title>");
  const end = head.indexOf("</title>");
  return start < 0 || end < start ? ": a web page" : `: a web page, "${head.slice(start + 7, end).trim()}"`;
}
