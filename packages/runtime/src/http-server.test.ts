import assert from "node:assert/strict";
import { once } from "node:events";
import type { RequestListener, Server } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createHttpServer, type HttpServerOptions } from "./http-server.js";
import { closeServer, listen } from "./listen.js";

const PACE = { bytes: 100, windowMs: 200, lingerMs: 300 };
const stops: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function open(
  listener: RequestListener,
  options: Partial<HttpServerOptions> = {},
): Promise<{ server: Server; socket: Socket; heard: () => string }> {
  const server = createHttpServer({ listener, pace: PACE, ...options });
  const { port, hostname } = new URL(await listen(server, "127.0.0.1", 0, "PORT"));
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  let text = "";
  socket.on("data", (part: Buffer) => {
    text += part.toString();
  });
  stops.push(
    () => void socket.destroy(),
    () => closeServer(server),
  );
  await once(socket, "connect");
  return { server, socket, heard: () => text };
}

/** Reads the body to its end and says how long it was. */
const counting: RequestListener = (request, response) => {
  let bytes = 0;
  request.on("data", (part: Buffer) => {
    bytes += part.byteLength;
  });
  request.on("end", () => response.end(`got ${bytes}`));
};

test("a body may take many times the window as long as it moves", async () => {
  const { socket, heard } = await open(counting);
  socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1600\r\n\r\n");
  for (let i = 0; i < 16; i++) {
    socket.write("x".repeat(100));
    await sleep(50);
  }
  while (!heard().includes("got")) await once(socket, "data");
  assert.match(heard(), /200 OK[\s\S]*got 1600$/);
});

for (const [name, trickle] of [
  ["stops", 0],
  ["only trickles", 1],
] as const) {
  test(`a body that ${name} is answered 408 and its connection closed`, async () => {
    const { socket, heard } = await open(counting);
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1600\r\n\r\nbegun");
    const drip = setInterval(() => trickle > 0 && socket.write("x"), 20);
    await once(socket, "close");
    clearInterval(drip);
    assert.match(heard(), /^HTTP\/1.1 408 /);
  });
}

test("a client is not blamed while nobody reads what it has sent", async () => {
  const { socket, heard } = await open((request, response) => {
    setTimeout(() => counting(request, response), 4 * PACE.windowMs);
  });
  socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n");
  socket.write("x".repeat(50));
  while (!heard().includes("got")) await once(socket, "data");
  assert.match(heard(), /200 OK[\s\S]*got 50$/);
});

for (const connection of ["keep-alive", "close"]) {
  test(`an answer before the end of the body reaches a client that is still sending (${connection})`, async () => {
    const { socket, heard } = await open((_request, response) => {
      response.writeHead(413).end("too large");
    });
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\nContent-Length: 99999999\r\n\r\n`,
    );
    const part = Buffer.alloc(65_536);
    // As clients do that read the answer only after they have sent everything.
    for (let i = 0; i < 100 && !socket.destroyed; i++) {
      if (!socket.write(part)) await Promise.race([once(socket, "drain"), once(socket, "close")]);
    }
    if (!socket.destroyed) await once(socket, "close"); // the rest is not waited for
    assert.match(heard(), /413[\s\S]*too large/);
  });
}

test("a request that follows another one is left alone, however the other one ended", async () => {
  for (const isEarly of [false, true]) {
    const { socket, heard } = await open((request, response) => {
      if (request.method === "GET") setTimeout(() => response.end("late"), 3 * PACE.lingerMs);
      else if (isEarly) response.writeHead(413).end("early");
      else counting(request, response);
    });
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na");
    if (isEarly) while (!heard().includes("early")) await once(socket, "data");
    socket.write("bc");
    if (!isEarly) while (!heard().includes("got 3")) await once(socket, "data");
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!heard().includes("late")) {
      assert.equal(socket.destroyed, false);
      await Promise.race([once(socket, "data"), once(socket, "close")]);
    }
  }
});

test("a connection is kept for the next request, and closed at once by a server that stops", async () => {
  const { server, socket, heard } = await open(counting, { keepAliveSeconds: 3_000 });
  assert.equal(server.keepAliveTimeout, 3_000_000);
  for (let i = 1; i <= 2; i++) {
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
    while (heard().split("got 3").length <= i) await once(socket, "data");
  }
  assert.equal(socket.destroyed, false);
  await closeServer(server);
  if (!socket.destroyed) await once(socket, "close");
});

test("a client that wants the connection closed gets it closed after its answer", async () => {
  const { socket, heard } = await open(counting);
  socket.write("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc");
  await once(socket, "close");
  assert.match(heard(), /got 3/);
});
