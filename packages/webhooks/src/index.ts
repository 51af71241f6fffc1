export * from "./next-attempt.js";
export * from "./send-webhook.js";
export * from "./sign-event.js";
export * from "./webhook-settings.js";
