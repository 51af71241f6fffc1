import { z } from "zod";
import { AddressGuard, type Network, parseNetwork } from "./address-guard.js";

/** The settings of every process that checks where webhooks go. */
export const webhookSettings = {
  /** `true` lets webhooks go to private addresses: where all who use the api may reach them anyway. */
  WEBHOOKS_ALLOW_PRIVATE: z
    .enum(["true", "false"], "must be true or false")
    .default("false")
    .transform((value) => value === "true"),
  /** Networks that webhooks may go to besides public addresses: `10.1.0.0/16,fd00::/8`. */
  WEBHOOKS_ALLOWED_NETWORKS: z
    .string()
    .default("")
    .transform((text, context): Network[] => {
      const parts = text.split(",").map((part) => part.trim());
      return parts
        .filter((part) => part !== "")
        .flatMap((part) => {
          try {
            return [parseNetwork(part)];
          } catch {
            const message = `${part} is no network; write them like 10.1.0.0/16,fd00::/8`;
            context.addIssue({ code: "custom", message, input: text });
            return [];
          }
        });
    }),
};

export interface WebhookSettings {
  readonly WEBHOOKS_ALLOW_PRIVATE: boolean;
  readonly WEBHOOKS_ALLOWED_NETWORKS: readonly Network[];
}

export function createAddressGuard(env: WebhookSettings): AddressGuard {
  return new AddressGuard({
    allowPrivate: env.WEBHOOKS_ALLOW_PRIVATE,
    allowedNetworks: env.WEBHOOKS_ALLOWED_NETWORKS,
  });
}
