import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { createDuckDuckGo, type DuckDuckGoOptions } from "./duckduckgo.js";
import { SearchFailedError } from "./search-provider.js";

const signal = new AbortController().signal;

type Answer = { readonly status?: number; readonly body: string } | "hang" | "hang up";

const START: Answer = { body: '<script>vqd="4-1234567890-1234567890"</script>' };
const ANOMALY: Answer = { status: 202, body: "DDG.deep.anomalyDetectionBlock({})" };

/** DuckDuckGo's page of results as a script: rows, and the row that ends every page. */
function page(rows: { title: string; text: string }[]): Answer {
  const hits = rows.map(({ title, text }, i) => ({ t: title, a: text, u: `https://a.example/${i}`, i: "a" }));
  const list = JSON.stringify([...hits, { n: "/d.js?s=3" }]);
  return { body: `DDG.pageLayout.load('d',${list});DDG.duckbar.load('images', {});` };
}

/** A stand-in for both of DuckDuckGo's hosts that gives the answers in turn, and the last one forever. */
async function startFakeServer(t: TestContext, answers: { start?: Answer[]; results?: Answer[] }) {
  const queues = { start: [...(answers.start ?? [START])], results: [...(answers.results ?? [])] };
  const requests: URL[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://stand.in");
    requests.push(url);
    const queue = url.pathname === "/links.duckduckgo.com/d.js" ? queues.results : queues.start;
    const answer = queue.length > 1 ? queue.shift() : queue[0];
    if (answer === "hang") return;
    if (answer === undefined || answer === "hang up") {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status ?? 200, { "content-type": "text/javascript; charset=utf-8" });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  // The cast: a server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  const provider = (options: DuckDuckGoOptions = {}) =>
    createDuckDuckGo({
      ...options,
      needleOptions: {
        agent: undefined,
        uri_modifier: (uri) => uri.replace("https://", `http://127.0.0.1:${port}/`),
      },
    });
  return { provider, requests };
}

test("the first three results come as plain text", async (t) => {
  const rows = [
    { title: "A <b>rope</b>", text: "Ropes &amp; <b>knots</b>: 3 &lt; 5" },
    { title: "Two", text: "second" },
    { title: "Three", text: "third" },
    { title: "Four", text: "fourth" },
  ];
  const { provider } = await startFakeServer(t, { results: [page(rows)] });
  assert.deepEqual(await provider().search("rope", signal), [
    { title: "A rope", url: "https://a.example/0", body: "Ropes & knots: 3 < 5" },
    { title: "Two", url: "https://a.example/1", body: "second" },
    { title: "Three", url: "https://a.example/2", body: "third" },
  ]);
});

test("text of a page between < and > is kept, and decoded once", async (t) => {
  const texts: [sent: string, meant: string][] = [
    ["List&lt;String&gt; holds <b>strings</b>", "List<String> holds strings"],
    ["if a&lt;b and c&gt;d", "if a<b and c>d"],
    ["write &lt;b&gt;bold&lt;/b&gt; as <B>this</B>", "write <b>bold</b> as this"],
    ["&amp;lt;p&amp;gt; is a paragraph", "&lt;p&gt; is a paragraph"],
    [
      "&lt;script&gt;alert(1)&lt;/script&gt; &#39;x&#x27; &quot;y&quot;",
      "<script>alert(1)</script> 'x' \"y\"",
    ],
    ["3 < 5 & 5 > 3, A&nbsp;B &unknown; &", "3 < 5 & 5 > 3, A\u00a0B &unknown; &"],
  ];
  const { provider } = await startFakeServer(t, {
    results: [page(texts.map(([text]) => ({ title: text, text })))],
  });
  const found = await provider({ count: texts.length }).search("x", signal);
  assert.deepEqual(
    found.map(({ title, body }) => [title, body]),
    texts.map(([, meant]) => [meant, meant]),
  );
});

test("the request names all regions and strict safe search", async (t) => {
  const { provider, requests } = await startFakeServer(t, { results: [page([{ title: "t", text: "a" }])] });
  await provider().search("knots & splices", signal);
  const query = requests[1]?.searchParams;
  assert.equal(query?.get("q"), "knots & splices");
  assert.equal(query?.get("kl"), "wt-wt");
  assert.equal(query?.get("p"), "1");
});

test("no hits are an empty list", async (t) => {
  const body = `DDG.pageLayout.load('d',[{"da":"","t":"EOF"}]);DDG.duckbar.load('`;
  const { provider } = await startFakeServer(t, { results: [{ body }] });
  assert.deepEqual(await provider().search("qwrtzpl", signal), []);
});

test("a redirect to another host is not followed", async (t) => {
  const server = createServer((_request, response) => {
    response.writeHead(302, { location: "http://169.254.169.254/latest?token=t0ken" }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  // The cast: a server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  const provider = createDuckDuckGo({
    needleOptions: { agent: undefined, uri_modifier: () => `http://127.0.0.1:${port}/` },
  });
  await assert.rejects(provider.search("rope", signal), (error: Error) => {
    assert.ok(error instanceof SearchFailedError);
    assert.doesNotMatch(error.message, /t0ken/);
    return true;
  });
});

test("a refusal is not taken for another failure", async (t) => {
  const { provider, requests } = await startFakeServer(t, { results: [ANOMALY] });
  await assert.rejects(provider().search("rope", signal), (error) => {
    assert.ok(error instanceof SearchFailedError);
    assert.equal(error.failure, "refused");
    assert.match(error.message, /too many requests/);
    return true;
  });
  assert.equal(requests.length, 2, "one attempt");
});

test("an unreadable answer, a broken connection and silence are different failures", async (t) => {
  const failure = async (results: Answer[], options: DuckDuckGoOptions) => {
    const { provider } = await startFakeServer(t, { results });
    const error = await provider(options)
      .search("rope", signal)
      .catch((reason: unknown) => reason);
    assert.ok(error instanceof SearchFailedError);
    return error.failure;
  };
  assert.equal(await failure([{ body: "<html>new design</html>" }], {}), "unreadable");
  assert.equal(await failure(["hang up"], {}), "unreachable");
  assert.equal(await failure(["hang"], { timeoutMs: 100 }), "unreachable");
});

test("region, safe search and count are settable", async (t) => {
  const rows = [1, 2, 3].map((i) => ({ title: `${i}`, text: `${i}` }));
  const { provider, requests } = await startFakeServer(t, { results: [page(rows)] });
  const found = await provider({ region: "uk-en", safeSearch: "off", count: 1 }).search("rope", signal);
  assert.equal(found.length, 1);
  assert.equal(requests[1]?.searchParams.get("kl"), "uk-en");
  assert.equal(requests[1]?.searchParams.get("ex"), "-2");
});

test("requests go through the configured proxy, with its login", async (t) => {
  const seen: string[] = [];
  const logins: (string | undefined)[] = [];
  const proxy = createServer().on("connect", (request, socket) => {
    seen.push(request.url ?? "");
    logins.push(request.headers["proxy-authorization"]);
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  t.after(() => proxy.close());
  // The cast: a server that listens on a port has an address of this form.
  const { port } = proxy.address() as AddressInfo;
  const provider = createDuckDuckGo({
    proxy: `http://bob:${encodeURIComponent("a:b@c/d")}@127.0.0.1:${port}`,
  });
  await assert.rejects(provider.search("rope", signal), SearchFailedError);
  assert.deepEqual(seen, ["duckduckgo.com:443"], "a tunnel: the proxy reads no phrase");
  assert.equal(logins[0], `Basic ${Buffer.from("bob:a:b@c/d").toString("base64")}`);
});

test("abort ends a hanging request with the signal's reason", async (t) => {
  const reason = new Error("stop");
  const { provider, requests } = await startFakeServer(t, { results: ["hang"] });
  const controller = new AbortController();
  const search = provider().search("rope", controller.signal);
  const timer = setInterval(() => {
    if (requests.length === 2) controller.abort(reason);
  }, 5);
  await assert.rejects(search, reason);
  clearInterval(timer);
});
