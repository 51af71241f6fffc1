import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type LookupFunction,
  type Server,
  type Socket,
} from "node:net";
import { afterEach, test } from "node:test";
import { AddressGuard, parseDestination } from "@bullpen/outbound";
import { createWebhookClient, type SendOptions, type SendResult, sendWebhook } from "./send-webhook.js";
import { newSigningSecret, signEvent } from "./sign-event.js";

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** A receiver on this machine; returns its port. */
function receive(listener: RequestListener): Promise<number> {
  return listen(createServer(listener));
}

/** One that answers in whatever bytes it likes. */
function receiveRaw(answer: string | ((socket: Socket) => void)): Promise<number> {
  return listen(
    createTcpServer((socket) => {
      socket.on("error", () => {}); // the sender may leave at any time
      socket.once("data", () => {
        if (typeof answer === "string") socket.write(answer);
        else answer(socket);
      });
    }),
  );
}

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port; // a TCP server's address is never a string
}

const open = createWebhookClient(new AddressGuard({ allowPrivate: true, allowed: [] }));
const shut = createWebhookClient(new AddressGuard({ allowPrivate: false, allowed: [] }));
const event = {
  id: "evt_1",
  object: "event",
  type: "webhook.test",
  created_at: 1,
  data: { id: "x" },
} as const;
const message = signEvent(event, [newSigningSecret()], new Date());

function send(url: string, options: Partial<SendOptions> = {}): Promise<SendResult> {
  return sendWebhook({ url, message, client: open, signal: new AbortController().signal, ...options });
}

function errorOf(result: SendResult): string {
  assert.ok("error" in result, JSON.stringify(result));
  return result.error;
}

test("the status and what the receiver asks for come back", async () => {
  const port = await receive((_request, response) => {
    response.writeHead(503, { "retry-after": "7" }).end("busy");
  });
  assert.deepEqual(await send(`http://127.0.0.1:${port}/`), { statusCode: 503, retryAfterMs: 7_000 });
});

test("a redirect is not followed", async () => {
  let visits = 0;
  const target = await receive((_request, response) => {
    visits++;
    response.end();
  });
  const port = await receive((_request, response) => {
    response.writeHead(307, { location: `http://127.0.0.1:${target}/` }).end();
  });
  assert.deepEqual(await send(`http://127.0.0.1:${port}/`), { statusCode: 307, retryAfterMs: undefined });
  assert.equal(visits, 0);
});

test("a receiver that does not answer is left", async () => {
  const port = await receive(() => {});
  const result = await send(`http://127.0.0.1:${port}/`, { timeoutMs: 200 });
  assert.match(errorOf(result), /no answer within 0\.2 seconds/);
});

test("a body that drips forever is dropped when the time is over; its status counts", async () => {
  const port = await receive((_request, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write("."), 20);
    response.on("close", () => clearInterval(drip));
  });
  const result = await send(`http://127.0.0.1:${port}/`, { timeoutMs: 300 });
  assert.deepEqual(result, { statusCode: 200, retryAfterMs: undefined });
});

test("of an endless body only the beginning is read", async () => {
  let sent = 0;
  const port = await receive((_request, response) => {
    const part = Buffer.alloc(65_536);
    const fill = () => {
      while (!response.destroyed && response.write(part)) sent += part.byteLength;
    };
    response.on("drain", fill);
    fill();
  });
  const result = await send(`http://127.0.0.1:${port}/`, { timeoutMs: 10_000 });
  assert.deepEqual(result, { statusCode: 200, retryAfterMs: undefined });
  assert.ok(sent < 20_000_000, `${sent} bytes were taken`);
});

test("a receiver that hangs up, or is not there, is an error that says so", async () => {
  const port = await receive((request) => request.socket.destroy());
  assert.match(errorOf(await send(`http://127.0.0.1:${port}/`)), /closed without an answer|ECONNRESET/);
  assert.match(errorOf(await send("http://127.0.0.1:1/")), /ECONNREFUSED/);
});

test("whatever a receiver answers, there is a result", async () => {
  const drip = (text: string) => (socket: Socket) => {
    const timer = setInterval(() => socket.write(text), 5);
    socket.on("close", () => clearInterval(timer));
  };
  const upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  const answers: [string | ((socket: Socket) => void), RegExp][] = [
    ["hello there\r\n\r\n", /does not match the HTTP\/1\.1 protocol/],
    [`HTTP/1.1 200 OK\r\nx: ${"a".repeat(100_000)}\r\n\r\n`, /Headers Overflow/],
    [upgrade, /closed without an answer/],
    [(socket) => socket.end(), /closed without an answer/],
    [drip("HTTP/1.1 100 Continue\r\n\r\n"), /closed without an answer/],
    [drip("HTTP/1.1 200 OK\r\na: "), /no answer within|Parse Error/],
  ];
  for (const [answer, error] of answers) {
    const port = await receiveRaw(answer);
    assert.match(errorOf(await send(`http://127.0.0.1:${port}/`, { timeoutMs: 500 })), error);
  }
  const short = await receiveRaw((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab"));
  const result = await send(`http://127.0.0.1:${short}/`);
  assert.deepEqual(result, { statusCode: 200, retryAfterMs: undefined });
});

test("https is TLS, and nothing is sent without", async () => {
  let first: Buffer | undefined;
  const port = await receiveRaw((socket) => socket.destroy());
  servers.at(-1)?.on("connection", (socket: Socket) => socket.once("data", (data) => (first = data)));
  assert.match(errorOf(await send(`https://127.0.0.1:${port}/`)), /TLS|ECONNRESET|closed/);
  assert.equal(first?.[0], 22, "the first byte of a TLS handshake");
});

test("private addresses get no request, named or written out", async () => {
  let visits = 0;
  const port = await receive((_request, response) => {
    visits++;
    response.end();
  });
  for (const host of ["localhost", "127.0.0.1", "2130706433", "[::ffff:127.0.0.1]"]) {
    const result = await send(`http://${host}:${port}/`, { client: shut });
    assert.match(errorOf(result), /is not a public address/);
  }
  assert.equal(visits, 0);
});

test("the address that was checked is the one that is connected to", async () => {
  const hosts: (string | undefined)[] = [];
  const port = await receive((request, response) => {
    hosts.push(request.headers.host);
    response.end();
  });
  // The name led to a public address when it was written down, and leads here when it is used.
  let lookups = 0;
  const rebinding: LookupFunction = (_hostname, options, callback) => {
    const address = lookups++ === 0 ? "8.8.8.8" : "127.0.0.1";
    if (options.all) callback(null, [{ address, family: 4 }]);
    else callback(null, address, 4);
  };
  const url = `http://rebinding.example:${port}/`;
  const strict = new AddressGuard({ allowPrivate: false, allowed: [], lookup: rebinding });
  await strict.checkUrl(new URL(url));
  assert.match(
    errorOf(await send(url, { client: createWebhookClient(strict) })),
    /rebinding\.example \(127\.0\.0\.1\)/,
  );
  assert.deepEqual(hosts, []);
  const allowed = [parseDestination("127.0.0.0/8")];
  const lenient = createWebhookClient(new AddressGuard({ allowPrivate: false, allowed, lookup: rebinding }));
  assert.deepEqual(await send(url, { client: lenient }), { statusCode: 200, retryAfterMs: undefined });
  assert.deepEqual(hosts, [`rebinding.example:${port}`]);
});

test("an aborted signal is passed on", async () => {
  const port = await receive(() => {});
  const stop = new AbortController();
  const sending = send(`http://127.0.0.1:${port}/`, { signal: stop.signal });
  stop.abort("shutdown");
  await assert.rejects(sending, (reason) => reason === "shutdown");
});
