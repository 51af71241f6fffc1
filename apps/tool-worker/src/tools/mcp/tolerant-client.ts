import {
  Client,
  type ClientOptions,
  type JsonSchemaValidator,
  type Request,
  type RequestMethod,
  type RequestOptions,
  type ResultTypeMap,
  type StandardSchemaV1,
} from "@modelcontextprotocol/client";
import { z } from "zod";

/** A page of tools, not yet validated. Some servers end with an empty cursor, some with null. */
const pageSchema = z
  .looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().nullish() })
  .transform(({ nextCursor, ...page }) => (nextCursor ? { ...page, nextCursor } : page));

/** A result, not yet validated. */
const callResultSchema = z.looseObject({ isError: z.boolean().optional().catch(undefined) });

export interface TolerantClientOptions extends ClientOptions {
  /** Gets the tools of a page and returns those that are passed on. `isLast` ends the listing. */
  readonly readPage: (
    tools: readonly unknown[],
    isFirst: boolean,
  ) => { readonly tools: readonly unknown[]; readonly isLast: boolean };
}

/**
 * The SDK's client, except that it reads a listing tool by tool and a result part by part. The SDK validates both as a
 * whole, so that one tool outside the protocol's schema costs all tools of its server. Results are not checked against
 * their tools' schemas here, because such a check may never end.
 */
export class TolerantClient extends Client {
  readonly #readPage: TolerantClientOptions["readPage"];

  constructor({ readPage, ...options }: TolerantClientOptions) {
    super({ name: "bullpen", version: "0.1.0" }, { ...options, jsonSchemaValidator: { getValidator } });
    this.#readPage = readPage;
  }

  override request<M extends RequestMethod>(
    request: { method: M; params?: Record<string, unknown> },
    options?: RequestOptions,
  ): Promise<ResultTypeMap[M]>;
  override request<T extends StandardSchemaV1>(
    request: Request,
    resultSchema: T,
    options?: RequestOptions,
  ): Promise<StandardSchemaV1.InferOutput<T>>;
  override async request(
    request: Request,
    schemaOrOptions?: StandardSchemaV1 | RequestOptions,
    options?: RequestOptions,
  ): Promise<unknown> {
    if (schemaOrOptions && "~standard" in schemaOrOptions) {
      return super.request(request, schemaOrOptions, options);
    }
    if (request.method === "tools/call") return super.request(request, callResultSchema, schemaOrOptions);
    if (request.method === "tools/list") return this.#listPage(request, schemaOrOptions);
    // A cast: without a schema the method is a method of the protocol.
    return super.request(request as { method: RequestMethod }, schemaOrOptions);
  }

  async #listPage(request: Request, options: RequestOptions | undefined): Promise<unknown> {
    const { nextCursor, ...page } = await super.request(request, pageSchema, options);
    const { tools, isLast } = this.#readPage(page.tools, request.params?.cursor === undefined);
    return { ...page, tools, ...(nextCursor !== undefined && !isLast && { nextCursor }) };
  }
}

function getValidator<T>(): JsonSchemaValidator<T> {
  // A cast: the input is passed on unchecked, with the type that the caller states.
  return (input) => ({ valid: true, data: input as T, errorMessage: undefined });
}
