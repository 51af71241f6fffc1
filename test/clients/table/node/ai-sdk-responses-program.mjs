// The Vercel AI SDK with its provider for OpenAI, by the Responses API, its default.
import { createOpenAI } from "@ai-sdk/openai";
import { featuresOf } from "./ai-sdk-features.mjs";
import { DEMO_MODEL, DEMO_URL, runFeatures, SCRIPTED_URL } from "./features.mjs";

const model = (baseURL, name) => createOpenAI({ baseURL, apiKey: "none" }).responses(name);

await runFeatures(
  { client: "Vercel AI SDK, OpenAI provider by Responses", packages: ["ai", "@ai-sdk/openai"] },
  featuresOf(model(DEMO_URL, DEMO_MODEL), model(SCRIPTED_URL, "scripted")),
);
