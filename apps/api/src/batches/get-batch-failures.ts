import { type BatchFailures, FAILURE_EXAMPLES, MAX_COUNTED_FAILURES } from "@bullpen/protocol";
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
      add(groups, line, new TextDecoder().decode(result));
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

/** A failed line's result, as far as it is read here: one that failed holds an error in either place. */
interface FailedResult {
  readonly custom_id: string;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly response: {
    readonly body: {
      readonly error?: { readonly code: string; readonly message: string };
      readonly bullpen?: { readonly query_id: string };
    };
  } | null;
}

function add(groups: Map<string, Group>, line: number, text: string): void {
  const result = JSON.parse(text) as FailedResult; // the batcher's own
  const error = result.response?.body.error ?? result.error;
  const code = error?.code ?? "internal_error";
  const group = groups.get(code) ?? { count: 0, examples: [] };
  groups.set(code, group);
  group.count++;
  if (group.examples.length === FAILURE_EXAMPLES) return;
  group.examples.push({
    line,
    custom_id: result.custom_id,
    query_id: result.response?.body.bullpen?.query_id ?? null,
    message: (error?.message ?? "").slice(0, MESSAGE_CHARACTERS),
  });
}
