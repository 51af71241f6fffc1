import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
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
  const closed = closeServer(server);
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
