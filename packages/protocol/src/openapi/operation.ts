import type { AuditAction, FailureCode, Role } from "@bullpen/contracts";
import type { z } from "zod";
import type { ErrorCode } from "../errors.js";
import type { AnswerName, RequestName } from "./components.js";

/** One method of one path, in short. `toOperation` writes it out. */
export interface Operation {
  readonly method: "get" | "post" | "delete";
  /** As OpenAPI writes it, such as `/v1/queries/{id}`. */
  readonly path: string;
  /** The name of the function that a generated client has for it. */
  readonly id: string;
  readonly tag: Tag;
  /** What a key must be allowed to do, where keys are in use; `anyone` needs none. */
  readonly role: Role | "anyone";
  /** What the audit log calls it. Every operation that changes something or hands out content has one. */
  readonly audit?: AuditAction;
  readonly summary: string;
  readonly description?: string;
  /** The query string. */
  readonly query?: z.ZodObject;
  /** Request headers that change the result. */
  readonly headers?: readonly (keyof typeof HEADERS)[];
  readonly body?: RequestBody;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Errors in addition to those that every operation may answer. */
  readonly errors: readonly OperationError[];
  /** The shape of its errors. Default: `Error`. */
  readonly errorShape?: "ChatError";
}

export type Tag =
  | "Queries"
  | "Chat"
  | "Responses"
  | "Tool calls"
  | "Batches"
  | "Files"
  | "Webhooks"
  | "Models and tools"
  | "Audit"
  | "Keys"
  | "Server";

export type RequestBody =
  | { readonly json: RequestName | readonly ["QueryRequest", "QueryRequests"]; readonly optional?: true }
  | { readonly form: "UploadFields" };

export interface Answer {
  readonly description: string;
  readonly json?: AnswerName | readonly ["AcceptedQuery", "AcceptedQueries"];
  /** Server-sent events, each with such an object. */
  readonly events?: AnswerName;
  /** Lines, each such an object. */
  readonly lines?: AnswerName;
  /** A media type that is no JSON. */
  readonly media?: string;
}

/** A code of this server, or why a query ended without an answer, with its status. */
export type OperationError =
  | ErrorCode
  | { readonly code: FailureCode | ErrorCode | "request_timeout" | "cancelled"; readonly status: number };

export const HEADERS = {
  "Idempotency-Key":
    "A name of your own for this request, at most 255 characters. Sent again within a day, it has the same result and makes nothing twice.",
  Range: "The bytes that are wanted, such as `bytes=0-1023`.",
  "If-None-Match": "The `ETag` of the content that you have: answered by 304 when it is still the same.",
  "If-Range": "The `ETag` for which the range is wanted; of another content the whole is sent.",
} as const;
