import { isTerminal } from "@bullpen/contracts";
import { MAX_QUERIES_PER_REQUEST, type QueryView } from "@bullpen/protocol";
import type { ApiClient } from "./api/api-client.js";
import { ApiRefusal } from "./api/connection.js";
import type { QueryLine } from "./read-queries.js";

/** Queries that are asked about at the same time. */
const POLLS = 16;
const POLL_SECONDS = 30;

export interface RunOptions {
  readonly client: ApiClient;
  readonly queries: readonly QueryLine[];
  readonly signal?: AbortSignal;
  /** Called once per accepted query, then once per finished one. */
  readonly onAccepted?: (count: number) => void;
  readonly onFinished?: (view: QueryView, index: number) => void;
}

/** Submits queries and waits for all of them. The results stand in the order of the queries. */
export async function runQueries(options: RunOptions): Promise<QueryView[]> {
  const ids = await submitAll(options);
  const views: QueryView[] = [];
  let next = 0;
  const poll = async () => {
    for (let index = next++; index < ids.length; index = next++) {
      const view = await untilFinished(options, ids[index] ?? "");
      views[index] = view;
      options.onFinished?.(view, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(POLLS, ids.length) }, poll));
  return views;
}

/** Submits queries in requests of up to 1,000 and returns their ids in order. */
export async function submitAll({ client, queries, signal, onAccepted }: RunOptions): Promise<string[]> {
  const ids: string[] = [];
  for (let start = 0; start < queries.length; start += MAX_QUERIES_PER_REQUEST) {
    const part = queries.slice(start, start + MAX_QUERIES_PER_REQUEST);
    try {
      ids.push(...(await client.submit(part, signal)));
    } catch (error) {
      throw nameQuery(error, start, queries.length);
    }
    onAccepted?.(ids.length);
  }
  return ids;
}

async function untilFinished({ client, signal }: RunOptions, id: string): Promise<QueryView> {
  for (;;) {
    const view = await client.get(id, POLL_SECONDS, signal);
    if (isTerminal(view.status)) return view;
  }
}

/** Says which of the caller's queries was refused, where the api names a place in the array it was sent. */
function nameQuery(error: unknown, start: number, count: number): unknown {
  const place = error instanceof ApiRefusal ? /^\[(\d+)\]\.?/.exec(error.param ?? "") : null;
  if (!(error instanceof ApiRefusal) || !place) return error;
  const number = start + Number(place[1]) + 1;
  const message = error.message.replace(place[0], count === 1 ? "" : `query ${number}: `);
  return new ApiRefusal(message, error.param);
}
