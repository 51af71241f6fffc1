import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { HubServer } from "../testing/hub-server.js";
import { DownloadClients } from "./download-clients.js";
import { openRemote } from "./open-remote.js";

let hub: HubServer;
let mirror: HubServer;
let clients: DownloadClients;
before(async () => {
  [hub, mirror] = [await HubServer.start(), await HubServer.start()];
  clients = await DownloadClients.open({ connectTimeoutMs: 1_000, silenceMs: 1_000 });
});
after(async () => {
  await clients.close();
  await Promise.all([hub.stop(), mirror.stop()]);
});

const INTERNET = "https://hub.example/model.gguf";

test("what is on the internet cannot lead into the private network", async () => {
  // The hub of the internet is this machine's here: where a download starts may be anywhere.
  const both = { for: (url: string, start: string) => clients.for(url, url === start ? start : INTERNET) };
  hub.answerNext(hub.status(302, { location: `${mirror.url}/latest/meta-data?token=t0ken` }));
  const options = { hub: { endpoint: hub.url, token: "hf_secret" }, headers: {}, signal: undefined };
  await assert.rejects(openRemote(`${hub.url}/model.gguf`, { ...options, clients: both }), (error: Error) => {
    assert.match(
      error.message,
      /is on the internet, and leads to 127\.0\.0\.1:\d+: 127\.0\.0\.1 is not a public/,
    );
    assert.doesNotMatch(error.message, /t0ken|hf_secret/);
    return true;
  });
  assert.deepEqual(mirror.requests, []);
});

test("a mirror in the private network may lead to a store beside it", async () => {
  mirror.put("/stored.gguf", Buffer.from("GGUF"));
  hub.answerNext(hub.status(302, { location: `${mirror.url}/stored.gguf` }));
  const options = { hub: { endpoint: hub.url, token: "hf_secret" }, headers: {}, signal: undefined };
  const { status, body } = await openRemote(`${hub.url}/model.gguf`, { ...options, clients });
  assert.equal(status, 200);
  await body.dump();
  assert.equal(mirror.requests.at(-1)?.headers.authorization, undefined, "the token is the hub's");
});
