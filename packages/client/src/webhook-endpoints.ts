import type { EventType, SubscribedEventType } from "@bullpen/contracts";
import type { WebhookDeliveryView, WebhookEndpointView, WebhookEndpointWithSecret } from "@bullpen/protocol";
import { isList, isObject } from "./http/check-answer.js";
import type { CallOptions, CreateOptions, HttpRequest, Transport } from "./http/transport.js";
import { eachOf, type PageOptions } from "./pages.js";
import type {
  DeletedWebhookEndpoint,
  Page,
  WebhookEndpointChanges,
  WebhookEndpointParameters,
  WebhookTestResult,
} from "./wire.js";

export interface ListWebhookOptions extends CallOptions, PageOptions {}

export interface RotateSecretOptions extends CallOptions {
  /** Whether the old secret signs too for another day. Default: false. */
  readonly keepOldSecretFor24Hours?: boolean;
}

export interface TestEndpointOptions extends CreateOptions {
  /** Default: `webhook.test`. */
  readonly eventType?: EventType;
}

const ROOT = "/v1/webhook_endpoints";
const isEndpoint = isObject("webhook_endpoint");

/** Addresses that are told when a batch has ended: `/v1/webhook_endpoints`. */
export class WebhookEndpoints {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates an endpoint. The answer holds its signing secret, which is not shown again. */
  async create(
    parameters: WebhookEndpointParameters,
    options: CreateOptions = {},
  ): Promise<WebhookEndpointWithSecret> {
    return this.#transport.json({ method: "POST", path: ROOT, json: parameters, ...options }, isEndpoint);
  }

  async get(id: string, options: CallOptions = {}): Promise<WebhookEndpointView> {
    return this.#transport.json({ method: "GET", path: pathOf(id), ...options }, isEndpoint);
  }

  /** One page of the endpoints, newest first. */
  async list({ after, limit, ...options }: ListWebhookOptions = {}): Promise<Page<WebhookEndpointView>> {
    return this.#transport.json({ method: "GET", path: ROOT, query: { after, limit }, ...options }, isList);
  }

  /** All endpoints, newest first, page by page. */
  listAll(options: ListWebhookOptions = {}): AsyncGenerator<WebhookEndpointView> {
    return eachOf((after) => this.list({ ...options, after }), options.after);
  }

  /** Changes what is given, and enables an endpoint unless `bullpen.disabled` is set. */
  async update(
    id: string,
    changes: WebhookEndpointChanges,
    options: CallOptions = {},
  ): Promise<WebhookEndpointView> {
    return this.#post(pathOf(id), changes, options, "webhook_endpoint");
  }

  /** Deletes an endpoint; nothing more is sent to it. */
  async delete(id: string, options: CallOptions = {}): Promise<DeletedWebhookEndpoint> {
    const request: HttpRequest = { method: "DELETE", path: pathOf(id), ...options };
    return this.#transport.json(request, isObject("webhook_endpoint.deleted"));
  }

  /** Gives an endpoint a new signing secret. */
  async rotateSecret(id: string, options: RotateSecretOptions = {}): Promise<WebhookEndpointWithSecret> {
    const { keepOldSecretFor24Hours = false, ...callOptions } = options;
    const json = { keep_old_secret_active_for_24_hours: keepOldSecretFor24Hours };
    return this.#post(`${pathOf(id)}/rotate_secret`, json, callOptions, "webhook_endpoint");
  }

  /** Sends an endpoint one event, and waits for its answer. @throws {RequestRefusedError} when none came. */
  async test(id: string, { eventType, ...options }: TestEndpointOptions = {}): Promise<WebhookTestResult> {
    return this.#post(`${pathOf(id)}/test`, { event_type: eventType }, options, "webhook_endpoint.test");
  }

  /** One page of an endpoint's delivery log, newest first. */
  async deliveries(
    id: string,
    { after, limit, ...options }: ListWebhookOptions = {},
  ): Promise<Page<WebhookDeliveryView>> {
    const request = { method: "GET", path: `${pathOf(id)}/deliveries`, query: { after, limit } } as const;
    return this.#transport.json({ ...request, ...options }, isList);
  }

  /** The types of events that an endpoint may subscribe to. */
  async eventTypes(options: CallOptions = {}): Promise<readonly SubscribedEventType[]> {
    const request: HttpRequest = { method: "GET", path: "/v1/webhook_event_types", ...options };
    return (await this.#transport.json<{ readonly data: readonly SubscribedEventType[] }>(request, isList))
      .data;
  }

  #post<T>(path: string, json: object, options: CreateOptions, kind: string): Promise<T> {
    return this.#transport.json({ method: "POST", path, json, ...options }, isObject(kind));
  }
}

function pathOf(id: string): string {
  return `${ROOT}/${encodeURIComponent(id)}`;
}
