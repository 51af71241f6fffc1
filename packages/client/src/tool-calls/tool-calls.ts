import type {
  LeasedToolCall,
  leaseCallsRequestSchema,
  ToolCallLease,
  ToolCallView,
  ToolOutputs,
  toolOutputsRequestSchema,
} from "@bullpen/protocol";
import type { z } from "zod";
import { isList, isObject } from "../http/check-answer.js";
import type { CallOptions, Transport } from "../http/transport.js";
import { eachOf, type PageOptions } from "../pages.js";
import type { Page } from "../wire.js";

/** What `POST /v1/tool_calls/lease` takes: the names of the tools, how many calls, and for how long. */
export type LeaseParameters = z.input<typeof leaseCallsRequestSchema>;
export type ToolOutput = z.input<typeof toolOutputsRequestSchema>["tool_outputs"][number];

export interface ListToolCallsOptions extends CallOptions, PageOptions {
  /** Only calls of this tool. */
  readonly tool?: string;
  /** Only calls of this query. */
  readonly queryId?: string;
}

/** Calls of your own tools that wait for their results: `/v1/tool_calls`. */
export class ToolCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** One page of the calls that wait, newest query first. */
  async list({
    tool,
    queryId,
    after,
    limit,
    ...options
  }: ListToolCallsOptions = {}): Promise<Page<ToolCallView>> {
    const query = { tool, query_id: queryId, after, limit };
    return this.#transport.json({ method: "GET", path: "/v1/tool_calls", query, ...options }, isList);
  }

  /** All calls that wait, page by page. */
  listAll(options: ListToolCallsOptions = {}): AsyncGenerator<ToolCallView> {
    return eachOf((after) => this.list({ ...options, after }), options.after);
  }

  /** Takes calls for a time. Each comes again if its lease ends before its output was sent. */
  async lease(parameters: LeaseParameters, options: CallOptions = {}): Promise<readonly LeasedToolCall[]> {
    const request = { method: "POST", path: "/v1/tool_calls/lease", json: parameters, ...options } as const;
    const { data } = await this.#transport.json<{ data: LeasedToolCall[] }>(request, isList);
    return data;
  }

  /** Extends the lease of a call; 0 seconds hand it back. @throws {RequestRefusedError} `lease_lost` */
  async extendLease(
    call: Pick<LeasedToolCall, "id" | "lease_id">,
    seconds: number,
    options: CallOptions = {},
  ): Promise<ToolCallLease> {
    const path = `/v1/tool_calls/${encodeURIComponent(call.id)}/lease`;
    const json = { lease_id: call.lease_id, lease_seconds: seconds };
    return this.#transport.json({ method: "POST", path, json, ...options }, isObject("tool_call.lease"));
  }

  /**
   * Gives a query the outputs of calls that it waits for. The same output may be sent again.
   *
   * @throws {RequestRefusedError} `tool_output_conflict` where a call has another output already.
   */
  async submitOutputs(
    queryId: string,
    outputs: readonly ToolOutput[],
    options: CallOptions = {},
  ): Promise<ToolOutputs> {
    const path = `/v1/queries/${encodeURIComponent(queryId)}/tool_outputs`;
    const json = { tool_outputs: outputs };
    return this.#transport.json({ method: "POST", path, json, ...options }, isObject("tool_outputs"));
  }
}
