import type { WebhookEndpointView } from "@bullpen/contracts";
import { toWebhookEndpointView, type WebhookEndpoint } from "@bullpen/storage";
import type { ApiContext } from "../api-context.js";

type Needs = Pick<ApiContext, "webhooks">;

/** An endpoint as it is answered. */
export async function viewEndpoint(
  { webhooks }: Needs,
  endpoint: WebhookEndpoint,
): Promise<WebhookEndpointView> {
  return toWebhookEndpointView(endpoint, await webhooks.disabledAt(endpoint));
}

/** The same with its secret, where that is new. */
export async function viewEndpointWithSecret(
  context: Needs,
  endpoint: WebhookEndpoint,
): Promise<WebhookEndpointView & { readonly signing_secret: string }> {
  return { ...(await viewEndpoint(context, endpoint)), signing_secret: endpoint.secret };
}
