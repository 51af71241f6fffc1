import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";

/** A new signing secret: `whsec_` and 32 random bytes in base64. */
export function newSigningSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

export interface SignedEvent {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * An event as it is sent, signed by Standard Webhooks (https://www.standardwebhooks.com).
 *
 * @param secrets all that the receiver may verify with: more than one while a secret is being rotated.
 * @param at the time of the attempt; receivers refuse what is older than some minutes.
 */
export function signEvent(event: { readonly id: string }, secrets: readonly string[], at: Date): SignedEvent {
  const body = JSON.stringify(event);
  return {
    body,
    headers: {
      "content-type": "application/json",
      "user-agent": "Bullpen",
      "webhook-id": event.id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(event.id, at, body)).join(" "),
    },
  };
}
