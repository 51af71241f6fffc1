import type { AuditAction } from "@bullpen/contracts";
import { ERROR_CODES, type ErrorCode } from "../errors.js";
import { apiKeyOperations } from "./api-key-operations.js";
import { auditOperations } from "./audit-operations.js";
import { batchOperations } from "./batch-operations.js";
import { componentSchemas, exampleOf, parameterSchemas, refTo } from "./components.js";
import type {
  OpenApiDocument,
  OpenApiMedia,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiResponse,
} from "./document-types.js";
import { COMMON_ERRORS, V1_ERRORS } from "./error-groups.js";
import { fileOperations } from "./file-operations.js";
import { type Answer, HEADERS, type Operation, type OperationError, type RequestBody } from "./operation.js";
import { modelOperations, queryOperations, serverOperations } from "./query-operations.js";
import { responseOperations } from "./response-operations.js";
import { toolCallOperations } from "./tool-call-operations.js";
import { webhookEvents } from "./webhook-events.js";
import { webhookOperations } from "./webhook-operations.js";

export type {
  OpenApiDocument,
  OpenApiMedia,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiResponse,
} from "./document-types.js";

const OPERATIONS: readonly Operation[] = [
  ...queryOperations,
  ...responseOperations,
  ...toolCallOperations,
  ...batchOperations,
  ...fileOperations,
  ...webhookOperations,
  ...modelOperations,
  ...auditOperations,
  ...apiKeyOperations,
  ...serverOperations,
];

const DESCRIPTION = `Answers questions in bulk with open-weight models that use tools.

In requests a key whose value is null counts as absent. Answers may get further fields: ignore those that you do not know. Every answer has an \`x-request-id\` header, which the server's log repeats. After an error \`x-should-retry\` tells whether the same request may succeed later, \`retry-after\` after how many seconds.`;

const KEY_SCHEME = "key";
const KEY_DESCRIPTION =
  "A key that `bullpen keys create` has made. None is needed until the first one is made. `x-role` says what a key must be allowed to do: read, submit, operate or admin, each of which includes those before it.";

/** What a key must be allowed to do for a method of a path; `undefined` where there is no such operation. */
export function roleOf(method: string, path: string): Operation["role"] | undefined {
  const wanted = method.toLowerCase();
  return OPERATIONS.find((operation) => operation.method === wanted && operation.path === path)?.role;
}

/** An operation that the audit log records. */
export interface AuditedOperation {
  /** Such as `DELETE /v1/files/{id}`. */
  readonly route: string;
  readonly action: AuditAction;
  /** The `{id}` of the request's path, as it was sent. */
  readonly objectId: string | undefined;
}

/** The operation of a request that the audit log records. @param path without the query string. */
export function auditedOperation(method: string, path: string): AuditedOperation | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  const verb = method.toLowerCase();
  for (const operation of AUDITED) {
    if (operation.method !== verb || operation.parts.length !== parts.length) continue;
    // Servers take upper case and a slash at the end for the same path.
    const isOf = operation.parts.every((part, i) => part.startsWith("{") || part === parts[i]?.toLowerCase());
    if (!isOf) continue;
    const { route, action } = operation;
    return { route, action, objectId: parts[operation.parts.indexOf("{id}")] };
  }
  return undefined;
}

const AUDITED = OPERATIONS.flatMap(({ method, path, audit: action }) =>
  action === undefined
    ? []
    : [{ method, action, route: `${method.toUpperCase()} ${path}`, parts: path.split("/").filter(Boolean) }],
);

/** The whole HTTP API, made from the schemas that requests and answers pass. */
export function openApiDocument(version: string): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const operation of OPERATIONS) {
    const methods = paths[operation.path] ?? {};
    methods[operation.method] = toOperation(operation);
    paths[operation.path] = methods;
  }
  return {
    openapi: "3.1.1",
    info: { title: "Bullpen", version, description: DESCRIPTION },
    servers: [{ url: "/" }],
    tags: [...new Set(OPERATIONS.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    webhooks: webhookEvents(),
    components: {
      schemas: componentSchemas(),
      securitySchemes: { [KEY_SCHEME]: { type: "http", scheme: "bearer", description: KEY_DESCRIPTION } },
    },
  };
}

function toOperation(operation: Operation): OpenApiOperation {
  const { id, tag, summary, description, body } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    parameters: parametersOf(operation),
    ...(body && { requestBody: requestBody(body) }),
    responses: responsesOf(operation),
    ...(operation.role !== "anyone" && { security: [{ [KEY_SCHEME]: [] }], "x-role": operation.role }),
    ...(operation.audit !== undefined && { "x-audit": operation.audit }),
  };
}

function parametersOf({ path, query, headers = [] }: Operation): OpenApiParameter[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path" as const,
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(query ? parameterSchemas(query) : {}).map(
    ([name, { description, ...schema }]) => ({
      name,
      in: "query" as const,
      ...(typeof description === "string" && { description }),
      schema,
    }),
  );
  const inHeader = headers.map((name) => ({
    name,
    in: "header" as const,
    description: HEADERS[name],
    schema: { type: "string" },
  }));
  return [...inPath, ...inQuery, ...inHeader];
}

function requestBody(body: RequestBody): NonNullable<OpenApiOperation["requestBody"]> {
  if ("form" in body) {
    const fields = componentSchemas()[body.form] ?? {};
    const { properties, required = [] } = fields as { properties?: object; required?: readonly string[] };
    const schema = {
      type: "object",
      properties: { file: { type: "string", format: "binary" }, ...properties },
      required: ["file", ...required],
    };
    return { required: true, content: { "multipart/form-data": { schema } } };
  }
  const names = [body.json].flat();
  const schema = names.length === 1 ? refTo(names[0] ?? "Error") : { anyOf: names.map(refTo) };
  const example = exampleOf(typeof body.json === "string" ? body.json : body.json[0]);
  return { required: body.optional !== true, content: { "application/json": { schema, example } } };
}

function responsesOf(operation: Operation): Record<string, OpenApiResponse> {
  const responses: Record<string, OpenApiResponse> = {};
  for (const [status, answer] of Object.entries(operation.answers)) responses[status] = toResponse(answer);
  for (const [status, codes] of codesByStatus(operation)) {
    responses[status] ??= {
      description: codes.map((code) => `\`${code}\``).join(", "),
      content: { "application/json": { schema: refTo(operation.errorShape ?? "Error") } },
      "x-error-codes": codes,
    };
  }
  return responses;
}

function toResponse({ description, json, events, lines, media }: Answer): OpenApiResponse {
  const content: Record<string, OpenApiMedia> = {};
  if (json !== undefined) {
    const names = typeof json === "string" ? [json] : json;
    const schema = typeof json === "string" ? refTo(json) : { anyOf: names.map(refTo) };
    content["application/json"] = { schema, example: exampleOf(names[0] ?? "Error") };
  }
  if (events !== undefined)
    content["text/event-stream"] = { schema: refTo(events), example: exampleOf(events) };
  if (lines !== undefined) content["application/jsonl"] = { schema: refTo(lines), example: exampleOf(lines) };
  if (media === "application/octet-stream" || media === "application/vnd.apache.parquet")
    content[media] = { schema: { type: "string", format: "binary" } };
  else if (media === "application/json") content[media] = { schema: { type: "object" } };
  else if (media !== undefined) content[media] = { schema: { type: "string" } };
  return { description, ...(Object.keys(content).length > 0 && { content }) };
}

/** The error codes of an operation, each once, by the status that they come with. */
function codesByStatus({ path, errors }: Operation): Map<number, string[]> {
  const all: OperationError[] = [...COMMON_ERRORS, ...(path.startsWith("/v1/") ? V1_ERRORS : []), ...errors];
  const byStatus = new Map<number, string[]>();
  for (const error of all) {
    const { code, status } = typeof error === "string" ? { code: error, status: statusOf(error) } : error;
    const codes = byStatus.get(status) ?? [];
    if (!codes.includes(code)) codes.push(code);
    byStatus.set(status, codes);
  }
  return byStatus;
}

function statusOf(code: ErrorCode): number {
  return ERROR_CODES[code].status;
}
