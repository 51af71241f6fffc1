import { Agent, type Dispatcher, EnvHttpProxyAgent, ProxyAgent } from "undici";
import { type ConnectorOptions, createConnector } from "./connector.js";

export interface DispatcherOptions extends Pick<ConnectorOptions, "guard" | "socketPath" | "onConnect"> {
  /**
   * A proxy on the way: its URL and its `Proxy-Authorization`, or `environment` for what `https_proxy`, `http_proxy` and
   * `no_proxy` say. Default: none.
   */
  readonly proxy?:
    | { readonly url: string; readonly authorization: string | undefined }
    | "environment"
    | undefined;
  /** Most connections to an origin at a time. Default: as many as there are requests. */
  readonly connections?: number | undefined;
  /** Whether a connection is used again. Default: true. */
  readonly keepAlive?: boolean | undefined;
  /** Default: 10,000 ms. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long a server may say nothing, before its answer and within it. Default: 300,000 ms. */
  readonly silenceMs?: number | undefined;
}

/** A server that is there accepts within this time, through slow networks too. */
const CONNECT_TIMEOUT_MS = 10_000;
/** What undici and `fetch` have. */
const SILENCE_MS = 300_000;

/** @throws {Error} for a guard and a proxy together: behind a proxy a guard sees no addresses. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { guard, proxy, connections, keepAlive = true, silenceMs = SILENCE_MS } = options;
  if (guard && proxy) throw new Error("A guard sees no addresses behind a proxy.");
  const timeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  const shared = {
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    ...(connections !== undefined && { connections }),
    ...(!keepAlive && { pipelining: 0 }), // undici's way to say so
  };
  if (proxy === "environment") return new EnvHttpProxyAgent(shared);
  if (proxy) {
    const { url: uri, authorization: token } = proxy;
    return new ProxyAgent({ ...shared, uri, ...(token !== undefined && { token }) });
  }
  return new Agent({ ...shared, connect: createConnector({ ...options, timeoutMs }) });
}
