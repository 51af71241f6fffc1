import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";

export interface HttpServerOptions {
  readonly listener: RequestListener;
  /**
   * How long a connection without a request is kept, in seconds. A proxy in front must give it up first, or it
   * sends a request into a connection that is being closed: nginx and AWS wait for 60 seconds.
   */
  readonly keepAliveSeconds?: number;
  /** Answers a request whose body comes too slowly, before its connection is closed. */
  readonly refuseSlow?: RequestListener;
  readonly pace?: BodyPace;
}

/** How slowly a body may come. */
interface BodyPace {
  /** At least this much of it comes within each window; a body may take as long as it keeps to that. */
  readonly bytes: number;
  readonly windowMs: number;
  /** How long the rest of a body is read and thrown away, once its request has been answered. */
  readonly lingerMs: number;
}

const PACE: BodyPace = { bytes: 16_384, windowMs: 60_000, lingerMs: 5_000 };

const KEEP_ALIVE_SECONDS = 75;
/** Time for the headers of a request. Node does not count the time before them on a kept connection. */
const HEADERS_TIMEOUT_MS = 60_000;

/**
 * An HTTP server that puts up with slow clients and with early answers. Node's own bound of 5 minutes for a
 * whole request would cut off long uploads; here a body may take as long as it moves. An answer before the end
 * of the body (too large, refused) reaches a client that is still sending: a connection closed at once would be
 * reset, and the answer with it.
 */
export function createHttpServer({ listener, refuseSlow = refuse, ...options }: HttpServerOptions): Server {
  const { keepAliveSeconds = KEEP_ALIVE_SECONDS, pace = PACE } = options;
  const server = createServer({
    keepAliveTimeout: keepAliveSeconds * 1_000,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: 0,
  });
  server.on("request", (request, response) => {
    if (hasBody(request)) watchBody(request, response, { refuseSlow, pace });
    listener(request, response);
  });
  return server;
}

interface WatchOptions {
  readonly refuseSlow: RequestListener;
  readonly pace: BodyPace;
}

function watchBody(request: IncomingMessage, response: ServerResponse, options: WatchOptions): void {
  const { bytes, windowMs, lingerMs } = options.pace;
  const { socket } = request;
  // With `close` Node would end the connection with the answer, whatever is still on its way. So it is done here.
  const isLast = !response.shouldKeepAlive && !response.hasHeader("connection");
  if (isLast) response.setHeader("connection", "keep-alive");
  let read = socket.bytesRead;
  let waited = true;
  const check = setInterval(() => {
    // While nobody takes what has come, the client is not to blame.
    if (request.readableFlowing && waited && socket.bytesRead - read < bytes) {
      options.refuseSlow(request, response);
    }
    read = socket.bytesRead;
    waited = request.readableFlowing === true;
  }, windowMs).unref();
  request.on("pause", () => {
    waited = false;
  });
  request.once("close", () => clearInterval(check));
  response.once("finish", () => {
    clearInterval(check);
    if (request.complete) {
      if (isLast) socket.destroySoon();
      return;
    }
    // What comes after the body is another request's.
    const drop = setTimeout(() => request.complete || socket.destroy(), lingerMs).unref();
    request.once("end", () => {
      clearTimeout(drop);
      if (isLast) socket.destroySoon();
    });
    request.unpipe();
    request.resume();
  });
}

/** Whether a request comes with a body: without either header it has none (RFC 9112, 6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function refuse(_request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(408, { connection: "close" }).end();
}
