import type { WebhookEndpointView, WebhookEndpointWithSecret } from "@bullpen/protocol";
import type { WebhookEndpoint } from "@bullpen/storage";
import type { ApiContext } from "../api-context.js";
import { toWebhookEndpointView } from "./webhook-view.js";

type Needs = Pick<ApiContext, "webhooks">;

/** An endpoint as it is answered. */
export async function viewEndpoint(
  { webhooks }: Needs,
  endpoint: WebhookEndpoint,
): Promise<WebhookEndpointView> {
  return toWebhookEndpointView(endpoint, await webhooks.disabled(endpoint));
}

/** The same with its secret, where that is new. */
export async function viewEndpointWithSecret(
  context: Needs,
  endpoint: WebhookEndpoint,
): Promise<WebhookEndpointWithSecret> {
  return { ...(await viewEndpoint(context, endpoint)), signing_secret: endpoint.secret };
}
