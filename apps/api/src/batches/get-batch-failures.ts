import {
  type BatchFailures,
  FAILURE_EXAMPLES,
  type LineFailure,
  MAX_COUNTED_FAILURES,
  readFailure,
} from "@bullpen/protocol";
import { readFailures } from "@bullpen/storage";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { findFile } from "../files/find-file.js";
import { findBatch } from "./find-batch.js";

type Group = { count: number; examples: BatchFailures["codes"][number]["examples"] };

/** As much of a message as an example repeats: a model may have written it. */
const MESSAGE_CHARACTERS = 500;

/** `GET /v1/batches/{id}/failures`: the failed lines so far, by their error's code. */
export function getBatchFailures(
  context: Pick<ApiContext, "batches" | "files">,
): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const tenant = tenantOf(request);
    const state = await findBatch(context, tenant, request.params.id);
    if (state.end?.error_file_id) await findFile(context, tenant, state.end.error_file_id);
    const groups = new Map<string, Group>();
    let counted = 0;
    for await (const { line, result } of readFailures(context, state)) {
      if (counted === MAX_COUNTED_FAILURES) break;
      counted++;
      add(groups, line, readFailure(result));
    }
    const codes = [...groups].map(([code, group]) => ({ code, ...group }));
    response.json({
      object: "batch.failures",
      batch_id: state.manifest.id,
      counted,
      codes: codes.sort((a, b) => b.count - a.count),
    } satisfies BatchFailures);
  };
}

function add(
  groups: Map<string, Group>,
  line: number,
  { code, message, customId, queryId }: LineFailure,
): void {
  const group = groups.get(code) ?? { count: 0, examples: [] };
  groups.set(code, group);
  group.count++;
  if (group.examples.length === FAILURE_EXAMPLES) return;
  group.examples.push({
    line,
    custom_id: customId,
    query_id: queryId,
    message: message.slice(0, MESSAGE_CHARACTERS),
  });
}
