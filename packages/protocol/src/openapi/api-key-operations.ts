import { JSON_BODY_ERRORS, STORAGE_ERRORS } from "./error-groups.js";
import type { Operation } from "./operation.js";

export const apiKeyOperations: readonly Operation[] = [
  {
    method: "post",
    path: "/v1/api_keys",
    id: "create_api_key",
    tag: "Keys",
    role: "admin",
    audit: "key.create",
    summary: "Create a key",
    description:
      "The answer holds the key, which is not shown again. The first key of an installation is made with `bullpen keys create`.",
    body: { json: "CreateApiKeyRequest" },
    answers: { 200: { description: "The key.", json: "ApiKeyWithSecret" } },
    errors: [...JSON_BODY_ERRORS, ...STORAGE_ERRORS],
  },
  {
    method: "get",
    path: "/v1/api_keys",
    id: "list_api_keys",
    tag: "Keys",
    role: "admin",
    summary: "List the keys of all tenants, newest first",
    answers: { 200: { description: "All keys that were made.", json: "ApiKeyList" } },
    errors: STORAGE_ERRORS,
  },
  {
    method: "post",
    path: "/v1/api_keys/{id}/rotate",
    id: "rotate_api_key",
    tag: "Keys",
    role: "admin",
    audit: "key.rotate",
    summary: "Replace a key",
    description: "Makes a key that may do the same, and ends the old one after a grace.",
    body: { json: "RotateApiKeyRequest", optional: true },
    answers: { 200: { description: "The new key.", json: "ApiKeyWithSecret" } },
    errors: ["api_key_not_found", ...JSON_BODY_ERRORS, ...STORAGE_ERRORS],
  },
  {
    method: "post",
    path: "/v1/api_keys/{id}/revoke",
    id: "revoke_api_key",
    tag: "Keys",
    role: "admin",
    audit: "key.revoke",
    summary: "End a key",
    description: "Every process refuses it within five seconds. What it has submitted goes on.",
    answers: { 200: { description: "The key.", json: "ApiKey" } },
    errors: ["api_key_not_found", ...STORAGE_ERRORS],
  },
];
