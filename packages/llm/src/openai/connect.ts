import type { ObjectConstraint } from "@bullpen/contracts";
import { OpenAiClient } from "./client.js";
import { OpenAiModel } from "./model.js";
import { PooledServer } from "./pooled-server.js";
import { ServerPool } from "./server-pool.js";
import type { LlmApi } from "./set-up-server.js";

export interface ConnectOpenAiModelOptions {
  /** The parts of the servers' URLs before `/chat/completions`, such as `http://127.0.0.1:8000/v1`. At least one. */
  readonly baseUrls: readonly string[];
  /** A socket file that the servers listen on, instead of a port. */
  readonly socketPath?: string | undefined;
  /** The name that the servers have for the model. */
  readonly model: string | undefined;
  readonly apiKey?: string | undefined;
  /** The name that queries ask for. */
  readonly name: string;
  /** Most requests that are active at a time, on all servers together. */
  readonly slots: number;
  /** Tokens that one request may take, if a server does not say. Default: 4096. */
  readonly contextTokens?: number | undefined;
  /** Time that one response may take, in milliseconds. Default: 10 minutes. */
  readonly timeoutMs?: number;
  /** Time between health checks of a server that is up, in milliseconds. Default: 5 seconds. */
  readonly healthIntervalMs?: number;
  /** Time that a health check may take, in milliseconds. Default: 5 seconds. */
  readonly healthTimeoutMs?: number;
  /**
   * What a completion is held to when a server is tried out. Its first alternative begins with a constant that the
   * server does not write unless it holds to schemas.
   */
  readonly probe: ObjectConstraint;
  /**
   * Which endpoint of a server takes the turns that are held to a constraint. `auto`: `/completions` where the server
   * holds to a grammar there and its model's prompt format is known, else `/chat/completions`. Default: `auto`.
   */
  readonly api?: LlmApi;
  readonly log?: (level: "info" | "warn", message: string) => void;
  readonly signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 600_000;
const DEFAULT_HEALTH_MS = 5_000;

/**
 * Connects to one or several servers that speak the OpenAI protocol and have the same model. Starts when one of them is
 * ready; those that are away join when they come.
 *
 * @throws {OpenAiSetupError} if none can be reached, or if one that can does not have the model or refuses the probe.
 */
export async function connectOpenAiModel(options: ConnectOpenAiModelOptions): Promise<OpenAiModel> {
  const { baseUrls, socketPath, apiKey, model, name, slots, log = () => {} } = options;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const servers = baseUrls.map(
    (baseUrl) =>
      new PooledServer(new OpenAiClient({ baseUrl, socketPath, apiKey, connections: slots, timeoutMs })),
  );
  const pool = new ServerPool({
    servers,
    setup: {
      model,
      contextTokens: options.contextTokens,
      probe: options.probe,
      api: options.api ?? "auto",
      log,
    },
    healthIntervalMs: options.healthIntervalMs ?? DEFAULT_HEALTH_MS,
    healthTimeoutMs: options.healthTimeoutMs ?? DEFAULT_HEALTH_MS,
  });
  try {
    const contextTokens = await pool.start(options.signal ?? new AbortController().signal);
    return new OpenAiModel({ name, model: model ?? "", pool, slots, contextTokens });
  } catch (error) {
    await pool.close();
    options.signal?.throwIfAborted();
    throw error;
  }
}
