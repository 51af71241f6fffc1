import type { OpenApiDocument, OpenApiOperation } from "@bullpen/protocol/openapi";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { RecordedAnswer, RecordedWebhook } from "./record-answers.js";

type Schema = Readonly<Record<string, unknown>>;

/** Answers to requests that fit no operation: an unknown path or method, or one that cannot be read. */
const WITHOUT_OPERATION: ReadonlySet<number> = new Set([400, 403, 404, 405, 421, 500, 503]);

/** Compares answers with the document. Fields that it does not name are faults here, so that it names all. */
export class AnswerChecker {
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();
  readonly #webhooks: OpenApiDocument["webhooks"];
  readonly #operations: {
    readonly pattern: RegExp;
    readonly isTemplate: boolean;
    readonly method: string;
    readonly operation: OpenApiOperation;
  }[];
  /** The ids of the operations that have succeeded at least once. */
  readonly succeeded = new Set<string>();

  constructor(document: OpenApiDocument) {
    this.#webhooks = document.webhooks;
    this.#ajv.addSchema({ $id: "document", components: closed(document.components) });
    this.#operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        // The name of a model may hold slashes.
        pattern: new RegExp(
          `^${path
            .replaceAll(".", "\\.")
            .replace("{name}", ".+")
            .replace(/\{\w+\}/g, "[^/]+")}/?$`,
          "i",
        ), // as the server takes them
        isTemplate: path.includes("{"),
        method: method.toUpperCase(),
        operation,
      })),
    );
  }

  /** What about an answer does not fit the document; `undefined` when all does. */
  problemOf({ method, path, status, type, body }: RecordedAnswer): string | undefined {
    const clean = path.replaceAll(/\/{2,}/g, "/");
    const asked = method === "HEAD" ? "GET" : method;
    const atPath = this.#operations.filter(({ pattern }) => pattern.test(clean));
    // "When matching URLs, the concrete (non-templated) paths would be matched before" (OpenAPI 3.1, Paths Object).
    const isConcrete = atPath.some(({ isTemplate }) => !isTemplate);
    const found = atPath.find((known) => known.method === asked && known.isTemplate !== isConcrete);
    if (method === "OPTIONS" && status === 204) return undefined;
    if (!found) return this.#withoutOperation(status, method, body);
    const response = found.operation.responses[status];
    const { operationId } = found.operation;
    if (!response) return `${operationId}: the status ${status} is not documented: ${body.slice(0, 200)}`;
    if (status < 300) this.succeeded.add(operationId);
    if (method === "HEAD" || status === 304) return undefined;
    const mediaType = type.split(";")[0] ?? "";
    const media = response.content?.[mediaType];
    if (!media) return `${operationId} ${status}: the type ${type} is not documented`;
    const codes = response["x-error-codes"];
    for (const text of valuesIn(mediaType, body)) {
      const value: unknown = JSON.parse(text);
      const isErrorEvent = mediaType === "text/event-stream" && isError(value);
      const problem = this.mismatch(isErrorEvent ? ERROR : (media.schema ?? {}), value);
      if (problem) return `${operationId} ${status}: ${problem}: ${text.slice(0, 300)}`;
      if (codes && isError(value) && !codes.includes(value.error.code)) {
        return `${operationId} ${status}: the code ${value.error.code} is not documented`;
      }
    }
    return undefined;
  }

  /** What about a webhook does not fit the document; `undefined` when all does. */
  problemOfWebhook({ headers, webhook }: RecordedWebhook): string | undefined {
    const event: unknown = JSON.parse(webhook);
    const type = typeof event === "object" && event !== null && "type" in event ? String(event.type) : "";
    const operation = this.#webhooks[type]?.post;
    if (!operation) return `the event type "${type}" is not documented: ${webhook.slice(0, 200)}`;
    for (const { name, schema } of operation.parameters) {
      const problem = this.mismatch(schema, headers[name]);
      if (problem) return `${operation.operationId}: the header ${name}: ${problem}`;
    }
    const body = operation.requestBody?.content["application/json"]?.schema ?? {};
    const problem = this.mismatch(body, event);
    if (problem) return `${operation.operationId}: ${problem}: ${webhook.slice(0, 300)}`;
    this.succeeded.add(operation.operationId);
    return undefined;
  }

  #withoutOperation(status: number, method: string, body: string): string | undefined {
    if (!WITHOUT_OPERATION.has(status))
      return `the status ${status} without an operation: ${body.slice(0, 200)}`;
    return method === "HEAD"
      ? undefined
      : this.mismatch({ $ref: "#/components/schemas/Error" }, JSON.parse(body));
  }

  /** Why a value does not fit a schema of the document. */
  mismatch(schema: Schema, value: unknown): string | undefined {
    const text = JSON.stringify(closed(schema)).replaceAll('"#/components', '"document#/components');
    const validate = this.#validators.get(text) ?? this.#ajv.compile(JSON.parse(text) as Schema); // ours
    this.#validators.set(text, validate);
    return validate(value) ? undefined : this.#ajv.errorsText(validate.errors);
  }
}

const ERROR: Schema = { $ref: "#/components/schemas/ChatError" };

function isError(value: unknown): value is { readonly error: { readonly code: string } } {
  return (
    typeof value === "object" &&
    value !== null &&
    "error" in value &&
    !("custom_id" in value) &&
    !("object" in value)
  );
}

/** The JSON texts that a body holds. */
function valuesIn(mediaType: string, body: string): string[] {
  if (mediaType === "application/json") return [body];
  if (mediaType === "application/jsonl") return body.split("\n").filter((line) => line !== "");
  if (mediaType !== "text/event-stream") return [];
  const lines = body.split("\n").filter((line) => line.startsWith("data: "));
  return lines.map((line) => line.slice("data: ".length)).filter((data) => data !== "[DONE]");
}

/** A schema whose objects have no other fields than those that it names. */
function closed(schema: unknown): Schema {
  const copy = structuredClone(schema) as Schema; // of a schema
  close(copy);
  return copy;
}

function close(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const schema = value as Record<string, unknown>; // read key by key
  if (schema.type === "object" && "properties" in schema) schema.additionalProperties ??= false;
  for (const [key, inner] of Object.entries(schema)) if (key !== "examples") close(inner);
}
