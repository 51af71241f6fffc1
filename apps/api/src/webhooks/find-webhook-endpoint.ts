import { ApiError } from "@bullpen/protocol";
import type { WebhookEndpoint } from "@bullpen/storage";
import type { ApiContext } from "../api-context.js";

/** @throws {ApiError} `webhook_endpoint_not_found` */
export async function findWebhookEndpoint(
  { webhooks }: Pick<ApiContext, "webhooks">,
  tenant: string,
  id: string,
): Promise<WebhookEndpoint> {
  const endpoint = await webhooks.find(tenant, id);
  if (endpoint) return endpoint;
  const message = `There is no webhook endpoint ${JSON.stringify(id)}.`;
  throw new ApiError("webhook_endpoint_not_found", message, "id");
}
