import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { closeServer, listen } from "./listen.js";

test("a server closes although a client always has another request ready on the connection it kept", async () => {
  let held: ServerResponse | undefined;
  const server = createServer((request, response) => {
    response.write("begun");
    if (request.url === "/held") held = response;
    else response.end();
  });
  const url = await listen(server, "127.0.0.1", 0, "PORT");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const open = async (path: string): Promise<IncomingMessage> => {
    const [response] = await once(get(url + path, { agent }), "response");
    return response;
  };
  const first = await open("/held");
  const closed = closeServer(server, 60_000);
  held?.end();
  await once(first.resume(), "end");
  let answered = 0;
  const asking = (async () => {
    for (;;) {
      await once((await open("/next")).resume(), "end");
      answered++;
    }
  })();
  await assert.rejects(asking, /ECONNREFUSED|ECONNRESET|socket hang up/);
  await closed;
  assert.ok(answered <= 1, `${answered} requests were answered`);
  agent.destroy();
});

test("a server closes at the end of the grace although clients neither read nor finish what they began", async () => {
  const server = createServer((_request, response) => {
    response.write(Buffer.alloc(8 * 2 ** 20)); // more than sockets hold: the response cannot end
  });
  const url = await listen(server, "127.0.0.1", 0, "PORT");
  const beginnings = [
    "GET / HTTP/1.1\r\nhost: x\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{",
    "GET /",
  ];
  const clients = await Promise.all(
    beginnings.map(async (beginning) => {
      const client = connect(Number(new URL(url).port), "127.0.0.1").pause();
      client.on("error", () => {});
      await once(client, "connect");
      client.write(beginning);
      return client;
    }),
  );
  await once(server, "request");
  await closeServer(server, 200);
  assert.equal(server.listening, false);
  for (const client of clients) client.destroy();
});
