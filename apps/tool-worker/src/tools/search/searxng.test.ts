import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { SearchFailedError, type SearchFailure } from "./search-provider.js";
import { createSearxng, type SearxngOptions } from "./searxng.js";

const signal = new AbortController().signal;

type Answer =
  | { readonly status?: number; readonly body: unknown; readonly location?: string }
  | "hang"
  | "hang up";

/** A stand-in for an instance that gives one answer to every request. */
async function startFakeServer(
  t: TestContext,
  answer: Answer,
  { userinfo = "", ...options }: Partial<SearxngOptions> & { userinfo?: string } = {},
) {
  const requests: URL[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers);
    requests.push(new URL(request.url ?? "", "http://stand.in"));
    if (answer === "hang") return;
    if (answer === "hang up") {
      request.socket.destroy();
      return;
    }
    const { location } = answer;
    response.writeHead(answer.status ?? 200, {
      "content-type": "application/json",
      ...(location !== undefined && { location }),
    });
    response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  // The cast: a server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    provider: createSearxng({ url: `http://${userinfo}127.0.0.1:${port}/searx`, ...options }),
    requests,
    headers,
  };
}

const RESULTS = [1, 2, 3, 4].map((i) => ({
  url: `https://a.example/${i}`,
  title: `Title ${i}`,
  content: i === 2 ? null : `Text<${i}> &lt; <b>`,
  engine: "an engine",
  score: 1 / i,
}));

test("the first results come as they are, and the request says what is wanted", async (t) => {
  const { provider, requests } = await startFakeServer(t, { body: { query: "q", results: RESULTS } });
  assert.deepEqual(await provider.search("knots & splices", signal), [
    { title: "Title 1", url: "https://a.example/1", body: "Text<1> &lt; <b>" },
    { title: "Title 2", url: "https://a.example/2", body: "" },
    { title: "Title 3", url: "https://a.example/3", body: "Text<3> &lt; <b>" },
  ]);
  assert.equal(requests[0]?.pathname, "/searx/search");
  assert.deepEqual(Object.fromEntries(requests[0]?.searchParams ?? []), {
    q: "knots & splices",
    format: "json",
    language: "all",
    safesearch: "2",
  });
});

test("region, safe search and count are settable", async (t) => {
  const settings = { region: "uk-en", safeSearch: "off" as const, count: 1 };
  const { provider, requests } = await startFakeServer(t, { body: { results: RESULTS } }, settings);
  assert.equal((await provider.search("rope", signal)).length, 1);
  assert.equal(requests[0]?.searchParams.get("language"), "en-GB");
  assert.equal(requests[0]?.searchParams.get("safesearch"), "0");
});

test("requests go through the proxy that is set", async (t) => {
  const asked: string[] = [];
  const proxy = createServer().on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  t.after(() => proxy.close());
  // The cast: a server that listens on a port has an address of this form.
  const { port } = proxy.address() as AddressInfo;
  const provider = createSearxng({ url: "http://searx.example:8080", proxy: `http://127.0.0.1:${port}` });
  await assert.rejects(provider.search("rope", signal), SearchFailedError);
  assert.deepEqual(asked, ["searx.example:8080"]);
});

test("credentials in the URL are sent as Basic auth and told to nobody", async (t) => {
  for (const password of ["s3cret", "p@ss:w/rd%", "sp ace"]) {
    const userinfo = `bob:${encodeURIComponent(password)}@`;
    const { provider, headers } = await startFakeServer(t, { body: { results: [] } }, { userinfo });
    await provider.search("rope", signal);
    assert.equal(headers[0]?.authorization, `Basic ${Buffer.from(`bob:${password}`).toString("base64")}`);
    for (const answer of ["hang up", "hang", { status: 401, body: "" }, { status: 500, body: "" }] as const) {
      const { provider } = await startFakeServer(t, answer, { userinfo, timeoutMs: 200 });
      await assert.rejects(provider.search("rope", signal), (error: Error) => {
        assert.doesNotMatch(error.message, /bob|@|127\.0\.0\.1/);
        assert.ok(!error.message.includes(password));
        return true;
      });
    }
  }
});

test("each kind of failure has its own reason", async (t) => {
  const cases: [Answer, SearchFailure, RegExp][] = [
    [{ status: 429, body: "Too Many Requests" }, "refused", /too many requests/],
    [{ status: 403, body: "Forbidden" }, "refused", /search\.formats/],
    [{ status: 502, body: "" }, "unreachable", /502/],
    [{ body: "<html></html>" }, "unreadable", /unknown form/],
    [{ body: { results: [{ title: "no address" }] } }, "unreadable", /unknown form/],
    [{ body: { results: [], unresponsive_engines: [["one", "timeout"]] } }, "refused", /engines/],
    [{ body: " ".repeat(4_000_001) }, "unreadable", /too long/],
    [
      { status: 302, body: "", location: "http://169.254.169.254/search?token=t0ken" },
      "unreachable",
      /^SearXNG redirects to another address \(SEARXNG_URL must be the final one\)\.$/,
    ],
    ["hang up", "unreachable", /cannot be reached/],
    ["hang", "unreachable", /in time/],
  ];
  for (const [answer, failure, message] of cases) {
    const timeoutMs = answer === "hang" ? 200 : 8_000;
    const { provider } = await startFakeServer(t, answer, { timeoutMs });
    await assert.rejects(provider.search("rope", signal), (error) => {
      assert.ok(error instanceof SearchFailedError);
      assert.equal(error.failure, failure);
      assert.match(error.message, message);
      return true;
    });
  }
  const { provider } = await startFakeServer(t, { body: { results: [], unresponsive_engines: [] } });
  assert.deepEqual(await provider.search("qwrtzpl", signal), [], "no hits are no failure");
});

test("abort ends a hanging request with the signal's reason", async (t) => {
  const { provider, requests } = await startFakeServer(t, "hang");
  const controller = new AbortController();
  const search = provider.search("rope", controller.signal);
  const reason = new Error("stop");
  const timer = setInterval(() => requests.length > 0 && controller.abort(reason), 5);
  await assert.rejects(search, reason);
  clearInterval(timer);
});
