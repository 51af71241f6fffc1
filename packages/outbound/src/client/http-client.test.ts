import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import type { LookupFunction } from "node:net";
import { type TestContext, test } from "node:test";
import { serve } from "@bullpen/base/testing";
import { AddressGuard, parseDestination, RefusedAddressError } from "../address-guard.js";
import { AnswerTooLongError, RefusedRedirectError } from "../errors.js";
import { HttpClient } from "./http-client.js";
import { readText } from "./limit-body.js";

function open(t: TestContext, options: ConstructorParameters<typeof HttpClient>[0] = {}): HttpClient {
  const client = new HttpClient(options);
  t.after(() => client.destroy());
  return client;
}

/** Both ways to send a request, each as a function that reads the answer's text. */
function bothWays(client: HttpClient, maxBytes = 1_000) {
  return {
    request: async (url: string, method: "GET" | "POST" = "GET", headers = {}, body?: string) => {
      const answer = await client.request(url, { method, headers, body, redirects: "same-origin" });
      return { status: answer.status, text: await readText(answer.body, maxBytes) };
    },
    fetch: async (url: string, method: "GET" | "POST" = "GET", headers = {}, body?: string) => {
      const answer = await client.fetch(
        url,
        { method, headers, ...(body !== undefined && { body }) },
        { maxBytes },
      );
      return { status: answer.status, text: await answer.text() };
    },
  };
}

/** What an error of `fetch` is about. */
const causeOf = (error: unknown) => (error instanceof TypeError && error.cause ? error.cause : error);

test("redirects are followed within the origin, with method, body and headers", async (t) => {
  const seen: string[] = [];
  const origin = await serve(t, async (request, response) => {
    const body = (await request.toArray()).join("");
    seen.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
    if (request.url === "/old") return void response.writeHead(308, { location: "/new?x=1" }).end("moved");
    response.end("fine");
  });
  for (const [way, send] of Object.entries(bothWays(open(t)))) {
    seen.length = 0;
    const answer = await send(`${origin}/old`, "POST", { authorization: "Bearer k" }, "question");
    assert.deepEqual(answer, { status: 200, text: "fine" }, way);
    assert.deepEqual(seen, ["POST /old Bearer k question", "POST /new?x=1 Bearer k question"], way);
  }
});

test("another origin gets no request, whatever the redirect looks like", async (t) => {
  const visits: string[] = [];
  const other = await serve(t, (request, response) => {
    visits.push(request.url ?? "");
    response.end("secret");
  });
  let location = "";
  const origin = await serve(
    t,
    (_request, response) => void response.writeHead(302, { location }).end("moved"),
  );
  const { host } = new URL(other);
  const locations = [
    other,
    `${other}/latest/meta-data?token=t0ken`,
    `//${host}/`,
    `http://user:pa55@${host}/`,
    `http:\\\\${host}\\`,
    `\t${other}`,
    origin.replace("http:", "https:"),
    origin.replace("127.0.0.1", "localhost"),
    "http://2130706433:1/",
    "file:///etc/passwd",
    "data:text/plain,x",
    "http://[::1",
  ];
  for (const [way, send] of Object.entries(bothWays(open(t)))) {
    for (location of locations) {
      await assert.rejects(send(`${origin}/?key=t0ken`), (error: Error) => {
        assert.ok(error instanceof RefusedRedirectError, `${way} ${location}: ${error}`);
        assert.doesNotMatch(error.message, /t0ken|pa55|user/);
        return true;
      });
    }
  }
  assert.deepEqual(visits, []);
});

test("a guarded redirect is followed to where the guard lets it, without what may be a credential", async (t) => {
  const seen: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
  const other = await serve(t, (request, response) => {
    seen.push({ url: request.url, headers: request.headers });
    response.end("there");
  });
  let location = "";
  const origin = await serve(t, (_request, response) => void response.writeHead(307, { location }).end());
  const lookup: LookupFunction = (hostname, _options, callback) =>
    callback(null, [{ address: hostname === "inside.example" ? "10.0.0.1" : "127.0.0.1", family: 4 }]);
  const allowed = [parseDestination("127.0.0.0/8")];
  const client = open(t, { guard: new AddressGuard({ allowPrivate: false, allowed, lookup }) });
  const secret = { authorization: "Bearer s3cret", cookie: "a=b", "x-api-key": "k3y", accept: "text/plain" };
  const send = (init: Parameters<HttpClient["fetch"]>[1]) =>
    client.fetch(origin, { headers: secret, ...init }, { maxBytes: 1_000, redirects: "guarded" });

  location = `${other.replace("127.0.0.1", "page.example")}/x`;
  assert.equal(await (await send({})).text(), "there");
  assert.equal(seen[0]?.url, "/x");
  assert.equal(seen[0]?.headers.accept, "text/plain");
  assert.doesNotMatch(JSON.stringify(seen[0]?.headers), /s3cret|a=b|k3y/);

  const refused = [
    location.replace("page.example", "inside.example"),
    "http://169.254.169.254/",
    "http://[::1]/",
  ];
  for (location of refused) {
    await assert.rejects(send({}), (error) => causeOf(error) instanceof RefusedAddressError, location);
  }
  location = "file:///etc/passwd";
  await assert.rejects(send({}), RefusedRedirectError);
  location = `${other}/x`;
  await assert.rejects(
    send({ method: "POST", body: "private" }),
    RefusedRedirectError,
    "a body goes nowhere else",
  );
  assert.equal(seen.length, 1);
});

test("a POST is not turned into another request, and a circle ends", async (t) => {
  let requests = 0;
  const origin = await serve(t, (request, response) => {
    requests++;
    response.writeHead(303, { location: request.url ?? "/" }).end();
  });
  for (const send of Object.values(bothWays(open(t)))) {
    assert.equal((await send(`${origin}/`, "POST", {}, "x")).status, 303);
    requests = 0;
    await assert.rejects(send(`${origin}/`), /redirects more than 5 times/);
    assert.equal(requests, 6);
  }
});

test("private addresses get no connection, by name, by number or by a name that has changed", async (t) => {
  let visits = 0;
  const origin = await serve(t, (_request, response) => {
    visits++;
    response.end();
  });
  const { port } = new URL(origin);
  let lookups = 0;
  // Public when it is checked, private when it is connected to.
  const rebinding: LookupFunction = (_hostname, options, callback) => {
    const address = lookups++ % 2 === 0 ? "8.8.8.8" : "127.0.0.1";
    if (options.all) callback(null, [{ address, family: 4 }]);
    else callback(null, address, 4);
  };
  const guard = new AddressGuard({ allowPrivate: false, allowed: [], lookup: rebinding });
  const hosts = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "127.0.0.1.",
    "[::1]",
    "[::ffff:7f00:1]",
  ];
  for (const [way, send] of Object.entries(bothWays(open(t, { guard })))) {
    for (const host of hosts) {
      await assert.rejects(
        send(`http://${host}:${port}/`),
        (error) => causeOf(error) instanceof RefusedAddressError,
      );
    }
    lookups = 0;
    const url = `http://rebinding.example:${port}/`;
    await guard.checkUrl(new URL(url));
    await assert.rejects(send(url), (error) => causeOf(error) instanceof RefusedAddressError, way);
  }
  assert.equal(visits, 0);
});

test("a connection that leads elsewhere than its lookup said is cut before anything is sent", async (t) => {
  let visits = 0;
  const origin = await serve(t, (_request, response) => {
    visits++;
    response.end();
  });
  /** A guard whose lookup lets everything through. */
  class BlindGuard extends AddressGuard {
    override readonly lookup: LookupFunction = (_hostname, _options, callback) =>
      callback(null, [{ address: "127.0.0.1", family: 4 }]);
  }
  const client = open(t, { guard: new BlindGuard({ allowPrivate: false, allowed: [] }) });
  const url = origin.replace("127.0.0.1", "blind.example");
  for (const send of Object.values(bothWays(client))) {
    await assert.rejects(send(url), (error) => causeOf(error) instanceof RefusedAddressError);
  }
  assert.equal(visits, 0);
});

test("an allowed host is reached under its name", async (t) => {
  const origin = await serve(t, (request, response) => response.end(request.headers.host));
  const { port } = new URL(origin);
  const lookup: LookupFunction = (_hostname, _options, callback) =>
    callback(null, [{ address: "127.0.0.1", family: 4 }]);
  const guard = new AddressGuard({
    allowPrivate: false,
    allowed: [parseDestination("hooks.internal")],
    lookup,
  });
  for (const send of Object.values(bothWays(open(t, { guard })))) {
    assert.equal((await send(`http://hooks.internal:${port}/`)).text, `hooks.internal:${port}`);
    await assert.rejects(
      send(`http://other.internal:${port}/`),
      (error) => causeOf(error) instanceof RefusedAddressError,
    );
  }
});

test("of an endless answer no more is read than the limit", async (t) => {
  let sent = 0;
  const origin = await serve(t, (_request, response) => {
    const part = Buffer.alloc(65_536, "x");
    const fill = () => {
      while (!response.destroyed && response.write(part)) sent += part.byteLength;
    };
    response.on("drain", fill);
    fill();
  });
  for (const [way, send] of Object.entries(bothWays(open(t), 100_000))) {
    sent = 0;
    await assert.rejects(send(origin), (error) => causeOf(error) instanceof AnswerTooLongError, way);
    assert.ok(sent < 20_000_000, `${way}: ${sent} bytes were taken`);
  }
});

test("a stream of events goes on as long as each event is short", async (t) => {
  const event = (bytes: number, end: string) => `data: ${"x".repeat(bytes)}${end}`;
  const origin = await serve(t, (request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (request.url === "/short") {
      for (const end of ["\n\n", "\r\n\r\n", "\n\n"]) response.write(event(900, end));
      return void response.end(event(900, "\n\n"));
    }
    // Lines end, the event does not.
    for (let i = 0; i < 20; i++) response.write(event(90, "\n"));
    response.end("\n");
  });
  const client = open(t);
  const short = await client.fetch(`${origin}/short`, {}, { maxBytes: 1_000 });
  assert.ok((await short.text()).length > 3_600);
  const long = await client.fetch(`${origin}/long`, {}, { maxBytes: 1_000 });
  await assert.rejects(long.text(), (error) => causeOf(error) instanceof AnswerTooLongError);
});

test("a server that says nothing is left, before its answer and within it", async (t) => {
  const origin = await serve(t, (request, response) => {
    if (request.url === "/begins") response.writeHead(200).write("x");
  });
  const client = open(t, { silenceMs: 100 });
  // Together: undici's clock ticks once a second.
  await Promise.all(
    Object.entries(bothWays(client)).flatMap(([way, send]) => [
      assert.rejects(send(`${origin}/`), /Headers Timeout|fetch failed/, way),
      assert.rejects(send(`${origin}/begins`), /Body Timeout|terminated/, way),
    ]),
  );
  const stop = AbortSignal.timeout(50);
  await assert.rejects(client.request(origin, { redirects: "none", signal: stop }), { name: "TimeoutError" });
});

test("a guard behind a proxy would see nothing, so there is none", () => {
  const guard = new AddressGuard({ allowPrivate: false, allowed: [] });
  assert.throws(() => new HttpClient({ guard, proxy: "environment" }), /behind a proxy/);
});
