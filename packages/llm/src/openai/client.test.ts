import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { serve } from "@bullpen/base/testing";
import { OpenAiClient } from "./client.js";
import { OpenAiServerError } from "./errors.js";

function open(t: TestContext, baseUrl: string, timeoutMs = 5_000): OpenAiClient {
  const client = new OpenAiClient({ baseUrl, apiKey: undefined, connections: 1, timeoutMs });
  t.after(() => client.close());
  return client;
}

const ask = (client: OpenAiClient) => client.post("chat/completions", {}, new AbortController().signal);

test("a redirect to another origin is refused, and neither key nor prompt goes there", async (t) => {
  let visits = 0;
  const other = await serve(t, (_request, response) => {
    visits++;
    response.end("{}");
  });
  const host = await serve(t, (_request, response) => {
    response.writeHead(307, { location: `${other}/v1?token=t0ken` }).end();
  });
  await assert.rejects(ask(open(t, `${host.replace("//", "//bob:pa55word@")}/v1`)), (error) => {
    assert.ok(error instanceof OpenAiServerError);
    assert.equal(error.kind, "refused");
    assert.match(error.message, new RegExp(`redirects to ${other}.*give the final address in LLM_BASE_URL`));
    assert.doesNotMatch(error.message, /t0ken|pa55word/);
    return true;
  });
  assert.equal(visits, 0);
});

test("an answer that does not end is an error, by its length and by its time", async (t) => {
  const endless = await serve(t, (_request, response) => {
    const part = Buffer.alloc(1_000_000, " ");
    const fill = () => {
      while (!response.destroyed && response.write(part));
    };
    response.on("drain", fill);
    fill();
  });
  await assert.rejects(ask(open(t, `${endless}/v1`)), /the answer is longer than 34 MB/);
  const dripping = await serve(t, (_request, response) => {
    const drip = setInterval(() => response.write(" "), 10);
    response.on("close", () => clearInterval(drip));
  });
  await assert.rejects(ask(open(t, `${dripping}/v1`, 200)), /does not answer in time/);
});
