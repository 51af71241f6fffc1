import { type BatchUsage, jsonLine, type ToolDefinition } from "@bullpen/contracts";
import { type ApiError, type EndedQuery, toChatResult, toResponseResult, usageOf } from "@bullpen/protocol";
import type { ResultLine } from "@bullpen/storage";
import type { ChunkLine } from "./chunk-lines.js";

const NO_USAGE: BatchUsage = { input_tokens: 0, cached_tokens: 0, output_tokens: 0 };

/** The result of a line whose query has ended. @param tools those that there are. */
export function queryResult(
  line: ChunkLine,
  query: EndedQuery,
  tools: readonly ToolDefinition[],
): ResultLine {
  const { prompt_tokens, prompt_tokens_details, completion_tokens } = usageOf(query.transcript);
  const usage = {
    input_tokens: prompt_tokens,
    cached_tokens: prompt_tokens_details.cached_tokens,
    output_tokens: completion_tokens,
  };
  const result = query.job.response
    ? toResponseResult(query, (name) => tools.find((tool) => tool.name === name))
    : toChatResult(query);
  if (!("failure" in result)) {
    const body = "response" in result ? result.response : result.completion;
    return { text: responseText(line, 200, body), failed: false, usage };
  }
  const { status, body } = result.failure;
  return { text: responseText(line, status, body), failed: true, usage };
}

/** The result of a line whose body was refused. */
export function refusedResult(line: ChunkLine, error: ApiError): ResultLine {
  return { text: responseText(line, error.status, error.toBody()), failed: true, usage: NO_USAGE };
}

/** The result of a line that had not ended when its batch was halted. */
export function haltedResult(line: ChunkLine, reason: "cancelled" | "expired"): ResultLine {
  const error =
    reason === "cancelled"
      ? { code: "batch_cancelled", message: "The batch was cancelled before this request was completed." }
      : { code: "batch_expired", message: "The batch expired before this request was completed." };
  return { text: lineText(line, null, error), failed: true, usage: NO_USAGE };
}

function responseText(line: ChunkLine, status: number, body: object): string {
  return lineText(line, { status_code: status, request_id: line.id.replace(/^query_/, "req_"), body }, null);
}

function lineText(line: ChunkLine, response: object | null, error: object | null): string {
  const id = line.id.replace(/^query_/, "batch_req_");
  return `${jsonLine({ id, custom_id: line.customId, response, error })}\n`;
}
