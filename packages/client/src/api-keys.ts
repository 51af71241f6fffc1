import type { ApiKeyView, ApiKeyWithSecret } from "@bullpen/protocol";
import { isList, isObject } from "./http/check-answer.js";
import type { CallOptions, Transport } from "./http/transport.js";
import type { ApiKeyParameters } from "./wire.js";

export interface RotateApiKeyOptions extends CallOptions {
  /** How long the old key still works, in seconds. Default: an hour. */
  readonly graceSeconds?: number;
}

const ROOT = "/v1/api_keys";
const isKey = isObject("api_key");

/** The keys of all tenants, for keys of the role admin: `/v1/api_keys`. */
export class ApiKeys {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates a key. The answer holds it whole, which is not shown again. */
  async create(parameters: ApiKeyParameters, options: CallOptions = {}): Promise<ApiKeyWithSecret> {
    return this.#transport.json({ method: "POST", path: ROOT, json: parameters, ...options }, isKey);
  }

  /** All keys that were made, newest first. */
  async list(options: CallOptions = {}): Promise<readonly ApiKeyView[]> {
    const request = { method: "GET", path: ROOT, ...options } as const;
    return (await this.#transport.json<{ readonly data: readonly ApiKeyView[] }>(request, isList)).data;
  }

  /** Makes a key in place of another, which still works for a while. */
  async rotate(id: string, options: RotateApiKeyOptions = {}): Promise<ApiKeyWithSecret> {
    const { graceSeconds: grace_seconds, ...callOptions } = options;
    const path = `${ROOT}/${encodeURIComponent(id)}/rotate`;
    return this.#transport.json({ method: "POST", path, json: { grace_seconds }, ...callOptions }, isKey);
  }

  /** Ends a key; every process refuses it within five seconds. */
  async revoke(id: string, options: CallOptions = {}): Promise<ApiKeyView> {
    const path = `${ROOT}/${encodeURIComponent(id)}/revoke`;
    return this.#transport.json({ method: "POST", path, ...options }, isKey);
  }
}
