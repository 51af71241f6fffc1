import { isId, MAX_LOGGED_DELIVERIES } from "@bullpen/contracts";
import type { Store } from "../store.js";
import {
  type Delivery,
  type DeliveryRef,
  type Disabled,
  deliverySchema,
  disabledSchema,
  type WebhookEndpoint,
  webhookEndpointSchema,
} from "./webhook-records.js";

/** Names that are read to bring a log back to its length. */
const PRUNED_AT_ONCE = 20;

/**
 * Webhook endpoints and their delivery logs. An endpoint is the folder `webhooks/<tenant>/<id>` with
 * `endpoint.json`, perhaps `disabled.json`, and one object for each delivery. A pending delivery
 * also has a marker, whose name says which it is, so that one listing returns all pending deliveries.
 */
export class WebhookStore {
  readonly #store: Store;
  readonly #logLength: number;

  /** @param logLength ended deliveries that an endpoint's log keeps. */
  constructor(store: Store, logLength = MAX_LOGGED_DELIVERIES) {
    this.#store = store;
    this.#logLength = logLength;
  }

  /** Writes an endpoint, over what was under its id. */
  async write(endpoint: WebhookEndpoint): Promise<void> {
    await this.#store.put(`${folderOf(endpoint)}/endpoint.json`, [JSON.stringify(endpoint)]);
  }

  async find(tenant: string, id: string): Promise<WebhookEndpoint | undefined> {
    if (!isId("webhook_endpoint", id)) return undefined;
    const text = await this.#store.readText(`${folderOf({ tenant, id })}/endpoint.json`);
    return text === undefined ? undefined : webhookEndpointSchema.parse(JSON.parse(text));
  }

  /** A tenant's endpoints, oldest first. */
  async list(tenant: string): Promise<WebhookEndpoint[]> {
    const ids = await this.#store.listFolders(`${WEBHOOKS}/${tenant}`);
    const endpoints = await Promise.all(ids.map((id) => this.find(tenant, id)));
    return endpoints.filter((endpoint) => endpoint !== undefined);
  }

  /** Removes an endpoint and its log; the record first, so that nothing is sent to it any more. */
  async remove(endpoint: EndpointRef): Promise<void> {
    await this.#store.remove(`${folderOf(endpoint)}/endpoint.json`);
    await this.#store.removeFolder(folderOf(endpoint));
  }

  /** When and why an endpoint was disabled; `undefined` where it is not. */
  async disabled(endpoint: EndpointRef): Promise<Disabled | undefined> {
    const text = await this.#store.readText(`${folderOf(endpoint)}/disabled.json`);
    return text === undefined ? undefined : disabledSchema.parse(JSON.parse(text));
  }

  /** One that is disabled already stays so for its first reason. */
  async disable(endpoint: EndpointRef, disabled: Disabled): Promise<void> {
    await this.#store.putOnce(`${folderOf(endpoint)}/disabled.json`, [JSON.stringify(disabled)]);
  }

  async enable(endpoint: EndpointRef): Promise<void> {
    await this.#store.remove(`${folderOf(endpoint)}/disabled.json`);
  }

  /** Makes a delivery durable, unless it is known; returns whether it is still to be made. */
  async announce(delivery: Delivery): Promise<boolean> {
    const isNew = await this.#store.putOnce(deliveryKey(delivery), [JSON.stringify(delivery)]);
    if (isNew) await this.#prune(delivery);
    else if ((await this.delivery(delivery))?.status !== "pending") return false;
    // After the delivery: a process that dies between the two repeats both.
    await this.#store.put(pendingKey(delivery), []);
    return true;
  }

  async delivery(ref: DeliveryRef): Promise<Delivery | undefined> {
    const text = await this.#store.readText(deliveryKey(ref));
    return text === undefined ? undefined : deliverySchema.parse(JSON.parse(text));
  }

  async writeDelivery(delivery: Delivery): Promise<void> {
    await this.#store.put(deliveryKey(delivery), [JSON.stringify(delivery)]);
  }

  /** Nothing is to be done about a delivery any more. */
  async settle(ref: DeliveryRef): Promise<void> {
    await this.#store.remove(pendingKey(ref));
  }

  /** The deliveries that are not over. */
  async pending(): Promise<DeliveryRef[]> {
    const names = (await this.#store.list(PENDING_WEBHOOKS)).map((name) => name.split(" "));
    return names.flatMap(([tenant, endpoint_id, event_id]) =>
      tenant && endpoint_id && event_id ? [{ tenant, endpoint_id, event_id }] : [],
    );
  }

  /** The ids of the events in an endpoint's log, oldest first. */
  async eventIds(endpoint: EndpointRef): Promise<string[]> {
    const names = await this.#store.list(logOf(endpoint));
    return names.map((name) => name.slice(0, -EXTENSION.length));
  }

  /** Keeps a log at its length. What is not over stays: it says what is still to be sent. */
  async #prune({ tenant, endpoint_id }: DeliveryRef): Promise<void> {
    const ids = await this.eventIds({ tenant, id: endpoint_id });
    const surplus = Math.max(ids.length - this.#logLength, 0);
    for (const event_id of ids.slice(0, Math.min(surplus, PRUNED_AT_ONCE))) {
      const ref = { tenant, endpoint_id, event_id };
      if ((await this.delivery(ref))?.status !== "pending") await this.#store.remove(deliveryKey(ref));
    }
  }
}

type EndpointRef = Pick<WebhookEndpoint, "tenant" | "id">;

export const WEBHOOKS = "webhooks";
/** Objects whose names say which deliveries are not over. */
export const PENDING_WEBHOOKS = "pending-webhooks";
const EXTENSION = ".json";

function folderOf({ tenant, id }: EndpointRef): string {
  return `${WEBHOOKS}/${tenant}/${id}`;
}

function logOf(endpoint: EndpointRef): string {
  return `${folderOf(endpoint)}/deliveries`;
}

function deliveryKey({ tenant, endpoint_id, event_id }: DeliveryRef): string {
  return `${logOf({ tenant, id: endpoint_id })}/${event_id}${EXTENSION}`;
}

function pendingKey({ tenant, endpoint_id, event_id }: DeliveryRef): string {
  return `${PENDING_WEBHOOKS}/${tenant} ${endpoint_id} ${event_id}`;
}
