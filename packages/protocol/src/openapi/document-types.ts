import type { AuditAction, Role } from "@bullpen/contracts";
import type { JsonSchemaObject } from "./components.js";
import type { Tag } from "./operation.js";

export interface OpenApiParameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: JsonSchemaObject;
}

export interface OpenApiMedia {
  readonly schema?: JsonSchemaObject;
  readonly example?: unknown;
}

export interface OpenApiResponse {
  readonly description: string;
  readonly content?: Readonly<Record<string, OpenApiMedia>>;
  /** The codes that an error of this status may have. */
  readonly "x-error-codes"?: readonly string[];
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly tags: readonly [Tag];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly OpenApiParameter[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, OpenApiMedia>>;
  };
  readonly responses: Readonly<Record<string, OpenApiResponse>>;
  /** Absent where no key is needed. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  /** What the key must be allowed to do. */
  readonly "x-role"?: Role;
  /** What the audit log calls it; absent where it is not recorded. */
  readonly "x-audit"?: AuditAction;
}

export interface OpenApiDocument {
  readonly openapi: "3.1.1";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: Tag }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  /** What the server sends, by the type of the event. */
  readonly webhooks: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchemaObject>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}
