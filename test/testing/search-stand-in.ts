import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A search that arrived: at DuckDuckGo, the second of its two requests. */
export interface SearchRequest {
  readonly provider: "duckduckgo" | "searxng";
  readonly phrase: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly refused: boolean;
}

export interface SearchStandIn {
  readonly searxngUrl: string;
  /** Sends duck-duck-scrape's requests here. */
  readonly needleOptions: {
    readonly agent: undefined;
    readonly uri_modifier: (uri: string) => string;
  };
  readonly requests: readonly SearchRequest[];
  /** Phrases that were asked again while the same provider still worked on them. */
  readonly overlaps: readonly string[];
  stop(): Promise<void>;
}

/** Both providers' wire formats on one local server, with text of our own: `About <phrase>`. */
export async function startSearchStandIn(
  refuses: (provider: SearchRequest["provider"], count: number) => boolean,
  /** How long an answer takes: long enough for others to ask the same meanwhile. */
  answersAfterMs: () => number = () => 5,
): Promise<SearchStandIn> {
  const requests: SearchRequest[] = [];
  const overlaps: string[] = [];
  const underWay = new Set<string>();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "", "http://stand.in");
    const phrase = url.searchParams.get("q") ?? "";
    if (url.pathname === "/duckduckgo.com/") {
      response.end('<script>vqd="4-1234567890-1234567890"</script>');
      return;
    }
    const provider = url.pathname === "/search" ? "searxng" : "duckduckgo";
    const count = requests.filter((one) => one.provider === provider).length;
    const refused = refuses(provider, count);
    requests.push({ provider, phrase, at: Date.now(), refused });
    const key = `${provider} ${phrase}`;
    if (underWay.has(key)) overlaps.push(key);
    underWay.add(key);
    await sleep(answersAfterMs(), undefined, { ref: false });
    underWay.delete(key);
    const [status, body] = provider === "searxng" ? searxng(phrase, refused) : duckduckgo(phrase, refused);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A cast: a server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  return {
    searxngUrl: base,
    needleOptions: {
      agent: undefined,
      uri_modifier: (uri) => uri.replace("https://", `${base}/`),
    },
    requests,
    overlaps,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function duckduckgo(phrase: string, refused: boolean): [number, string] {
  if (refused) return [202, "DDG.deep.anomalyDetectionBlock({})"];
  const rows = [{ t: phrase, a: `About ${phrase}`, u: "https://a.example/", i: "a" }, { n: "/d.js?s=1" }];
  return [200, `DDG.pageLayout.load('d',${JSON.stringify(rows)});DDG.duckbar.load('images', {});`];
}

function searxng(phrase: string, refused: boolean): [number, string] {
  if (refused) return [429, "Too Many Requests"];
  const results = [{ title: phrase, url: "https://a.example/", content: `About ${phrase}` }];
  return [200, JSON.stringify({ query: phrase, results, unresponsive_engines: [] })];
}
