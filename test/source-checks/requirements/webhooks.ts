import type { Requirement } from "./requirement.js";

export const WEBHOOKS = {
  "webhook-endpoints": {
    promise:
      "endpoints are managed by the OpenAI clients' calls; bad input is named; a test shows what comes",
  },
  "webhooks-sent": {
    promise:
      "the end of a batch (completed, failed, expired, cancelled) is told to the endpoints that ask for it",
  },
  "webhooks-signed": {
    promise:
      "webhooks are signed by Standard Webhooks: the OpenAI client and the official library verify them",
  },
  "webhooks-retried": {
    promise: "what is not answered by 2xx is sent again for 24 hours; 410 disables; no redirect is followed",
  },
  "webhooks-once": { promise: "an end that is announced twice is delivered once, under one id" },
  "webhooks-durable": { promise: "deliveries survive a wipe of Redis and the death of a batcher" },
  "webhooks-walled": {
    promise: "webhooks go to no private address unless allowed, checked on the address that is connected to",
    tests: [
      "packages/outbound/src/address-guard.test.ts: private, local and special addresses are refused",
      "packages/webhooks/src/send-webhook.test.ts: the address that was checked is the one that is connected to",
    ],
  },
} satisfies Record<string, Requirement>;
