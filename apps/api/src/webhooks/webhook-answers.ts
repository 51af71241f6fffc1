import type { WebhookEndpointView } from "@bullpen/contracts";
import { toWebhookEndpointView, type WebhookEndpoint } from "@bullpen/storage";
import type { ApiContext } from "../create-app.js";

/** An endpoint as it is answered. */
export async function viewEndpoint(
  { webhooks }: ApiContext,
  endpoint: WebhookEndpoint,
): Promise<WebhookEndpointView> {
  return toWebhookEndpointView(endpoint, await webhooks.disabledAt(endpoint));
}

/** The same with its secret, where that is new. */
export async function viewEndpointWithSecret(
  context: ApiContext,
  endpoint: WebhookEndpoint,
): Promise<WebhookEndpointView & { readonly signing_secret: string }> {
  return { ...(await viewEndpoint(context, endpoint)), signing_secret: endpoint.secret };
}
