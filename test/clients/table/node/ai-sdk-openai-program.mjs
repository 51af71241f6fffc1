// The Vercel AI SDK with its provider for OpenAI, by the chat API.
import { createOpenAI } from "@ai-sdk/openai";
import { featuresOf } from "./ai-sdk-features.mjs";
import { DEMO_MODEL, DEMO_URL, runFeatures, SCRIPTED_URL } from "./features.mjs";

const model = (baseURL, name) => createOpenAI({ baseURL, apiKey: "none" }).chat(name);

await runFeatures(
  { client: "Vercel AI SDK, OpenAI provider", packages: ["ai", "@ai-sdk/openai"] },
  featuresOf(model(DEMO_URL, DEMO_MODEL), model(SCRIPTED_URL, "scripted")),
);
