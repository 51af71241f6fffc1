/** A URL for a message: without credentials, and without the query, which may hold a token or a signature. */
export function shownUrl(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
