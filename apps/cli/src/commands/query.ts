import type { QueryView } from "@bullpen/protocol";
import { connect } from "../connect.js";
import { printQuery } from "../print.js";

export interface QueryOptions {
  readonly url?: string;
  readonly model?: string;
  readonly json?: boolean;
}

/** `bullpen query "…"`: asks one question and waits for the answer. Exit code 1 without one. */
export async function query(text: string, options: QueryOptions): Promise<void> {
  const { client } = await connect(options.url);
  const [view] = await client.queries.runAll([{ query: text, model: options.model || undefined }]);
  if (view) show(view, options.json ?? false);
}

/** Prints a query that has ended, and makes one without an answer a failure of the command. */
export function show(view: QueryView, asJson: boolean): void {
  if (asJson) console.log(JSON.stringify(view, null, 2));
  else printQuery(view);
  if (view.status !== "completed") process.exitCode = 1;
}
