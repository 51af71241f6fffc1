import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { test } from "node:test";
import { serve } from "@bullpen/base/testing";
import { HttpClient } from "@bullpen/outbound/client";
import { exactFetch } from "./exact-wire.js";

test("the headers of a server go to that server, whatever it redirects to", async (t) => {
  const seen: IncomingHttpHeaders[] = [];
  const other = await serve(t, (request, response) => {
    seen.push(request.headers);
    response.end("{}");
  });
  const url = await serve(t, (request, response) => {
    if (request.url === "/mcp/") return void response.end(request.headers["x-api-key"]);
    const location = request.url === "/mcp" ? "/mcp/" : `${other}/mcp`;
    response.writeHead(308, { location }).end();
  });
  const client = new HttpClient();
  t.after(() => client.destroy());
  const send = exactFetch(client);
  const request = {
    method: "POST",
    headers: { authorization: "Bearer s3cret", "x-api-key": "k3y" },
    body: "{}",
  };
  assert.equal(await (await send(`${url}/mcp`, request)).text(), "k3y");
  await assert.rejects(send(`${url}/away?token=t0ken`, request), (error: Error) => {
    assert.match(
      error.message,
      /redirects to http:\/\/127\.0\.0\.1:\d+, which is not followed: give the final address/,
    );
    assert.doesNotMatch(error.message, /s3cret|k3y|t0ken/);
    return true;
  });
  assert.deepEqual(seen, []);
});
