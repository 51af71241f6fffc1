import type { QueryView } from "@bullpen/protocol";
import { ApiClient } from "../api/api-client.js";
import { findApi } from "../api/find-api.js";
import { readEnv } from "../env.js";
import { printQuery } from "../print.js";
import { runQueries } from "../run-queries.js";

export interface QueryOptions {
  readonly url?: string;
  readonly model?: string;
  readonly json?: boolean;
}

/** `bullpen query "…"`: asks one question and waits for the answer. Exit code 1 without one. */
export async function query(text: string, options: QueryOptions): Promise<void> {
  const client = new ApiClient(await findApi(options.url, readEnv()));
  const [view] = await runQueries({
    client,
    queries: [{ query: text, ...(options.model ? { model: options.model } : {}) }],
  });
  if (view) show(view, options.json ?? false);
}

/** Prints a query that has ended, and makes one without an answer a failure of the command. */
export function show(view: QueryView, asJson: boolean): void {
  if (asJson) console.log(JSON.stringify(view, null, 2));
  else printQuery(view);
  if (view.status !== "completed") process.exitCode = 1;
}
