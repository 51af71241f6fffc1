import type { Page } from "./wire.js";

/** Which part of a list. */
export interface PageOptions {
  /** The id after which the page begins: `last_id` of the page before. Default: from the newest on. */
  readonly after?: string | undefined;
  /** Most entries of the page. Default: the API's. */
  readonly limit?: number | undefined;
}

/** All entries of a list, page by page. */
export async function* eachOf<T>(
  page: (after: string | undefined) => Promise<Page<T>>,
  from?: string,
): AsyncGenerator<T> {
  let after = from;
  for (;;) {
    const { data, last_id, has_more } = await page(after);
    yield* data;
    if (!has_more || last_id === null) return;
    after = last_id;
  }
}
