import { AddressGuard, type AllowedDestination, parseDestination } from "@bullpen/outbound";
import { z } from "zod";

/** The settings of every process that checks where webhooks go. */
export const webhookSettings = {
  WEBHOOKS_ALLOW_PRIVATE: z
    .enum(["true", "false"], "must be true or false")
    .default("false")
    .transform((value) => value === "true")
    .describe(
      "`true` lets webhooks go to private addresses: for networks that all who use the api may reach anyway.",
    ),
  WEBHOOKS_ALLOWED_NETWORKS: z
    .string()
    .default("")
    .transform((text, context): AllowedDestination[] => {
      const parts = text.split(",").map((part) => part.trim());
      return parts
        .filter((part) => part !== "")
        .flatMap((part) => {
          try {
            return [parseDestination(part)];
          } catch {
            const message = `${part} is no network and no host; write them like 10.1.0.0/16,fd00::/8,hooks.internal`;
            context.addIssue({ code: "custom", message, input: text });
            return [];
          }
        });
    })
    .meta({
      description:
        "Networks and hosts that webhooks may go to besides public addresses: `10.1.0.0/16,fd00::/8,hooks.internal`. The api and the batcher need the same.",
      defaultText: "none",
    }),
};

export interface WebhookSettings {
  readonly WEBHOOKS_ALLOW_PRIVATE: boolean;
  readonly WEBHOOKS_ALLOWED_NETWORKS: readonly AllowedDestination[];
}

export function createAddressGuard(env: WebhookSettings): AddressGuard {
  return new AddressGuard({
    allowPrivate: env.WEBHOOKS_ALLOW_PRIVATE,
    allowed: env.WEBHOOKS_ALLOWED_NETWORKS,
  });
}
