import type { IncomingHttpHeaders } from "node:http";

/** The only tenant while requests carry no credentials. Stored jobs and file paths hold this name. */
const DEFAULT_TENANT = "default";

/**
 * The tenant on whose behalf a request is made. Every handler asks here, so that credentials need to be
 * read in one place only.
 */
export function tenantOf(_request: { readonly headers: IncomingHttpHeaders }): string {
  return DEFAULT_TENANT;
}
