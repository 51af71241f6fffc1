// The Vercel AI SDK with its provider for servers that speak OpenAI's protocol.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { featuresOf } from "./ai-sdk-features.mjs";
import { DEMO_MODEL, DEMO_URL, runFeatures, SCRIPTED_URL } from "./features.mjs";

const provider = (baseURL) =>
  createOpenAICompatible({
    name: "bullpen",
    baseURL,
    apiKey: "none",
    includeUsage: true,
    supportsStructuredOutputs: true,
  });

await runFeatures(
  { client: "Vercel AI SDK, OpenAI-compatible provider", packages: ["ai", "@ai-sdk/openai-compatible"] },
  featuresOf(provider(DEMO_URL)(DEMO_MODEL), provider(SCRIPTED_URL)("scripted")),
);
