import { errorMessage } from "@bullpen/base";
import { RefusedAddressError } from "@bullpen/outbound";
import { ApiError } from "@bullpen/protocol";
import type { ApiContext } from "../api-context.js";

/** @throws {ApiError} that names `url` when its host is unknown or its address is not allowed. */
export async function checkWebhookUrl(
  { webhookGuard }: Pick<ApiContext, "webhookGuard">,
  url: string,
): Promise<void> {
  try {
    await webhookGuard.checkUrl(new URL(url));
  } catch (error) {
    if (error instanceof RefusedAddressError) {
      const remedy = "Use one that is, or let the operator allow it (WEBHOOKS_ALLOWED_NETWORKS).";
      throw new ApiError("invalid_request", `url: ${error.message}. ${remedy}`, "url");
    }
    const reason = errorMessage(error);
    const message = `url: its host cannot be found (${reason}). Check its name, or try again later.`;
    throw new ApiError("invalid_request", message, "url");
  }
}
