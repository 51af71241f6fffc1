import { createApiKeySchema, rotateApiKeySchema } from "../access/api-key-request.js";
import { apiKeyListSchema, apiKeyViewSchema, apiKeyWithSecretSchema } from "../access/api-key-view.js";
import { toList } from "../list.js";
import { apiKeyExample } from "./examples.js";

export const apiKeyRequests = {
  CreateApiKeyRequest: { schema: createApiKeySchema, example: { role: "submit", name: "nightly runs" } },
  RotateApiKeyRequest: { schema: rotateApiKeySchema, example: { grace_seconds: 3_600 } },
};

export const apiKeyAnswers = {
  ApiKey: { schema: apiKeyViewSchema, example: apiKeyExample },
  ApiKeyWithSecret: {
    schema: apiKeyWithSecretSchema,
    example: { ...apiKeyExample, key: "bp_0123456789abcdef_…" },
  },
  ApiKeyList: { schema: apiKeyListSchema, example: toList([apiKeyExample]) },
};
