import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openInput } from "./open-input.js";
import { prepareInput } from "./prepare-input.js";

const folder = await mkdtemp(join(tmpdir(), "bullpen-prepare-"));
after(() => rm(folder, { recursive: true, force: true }));

async function endpointOf(line: object): Promise<string | undefined> {
  const path = join(folder, "input.jsonl");
  await writeFile(path, JSON.stringify(line));
  const prepared = await prepareInput(await openInput(path, undefined), {
    defaults: {},
    signal: new AbortController().signal,
    onRead: () => {},
  });
  await prepared.remove();
  return prepared.endpoint;
}

test("a file of requests for responses goes to their endpoint, every other one to that of chats", async () => {
  const request = { custom_id: "a", method: "POST", body: { input: "hello" } };
  assert.equal(await endpointOf({ ...request, url: "/v1/responses" }), "/v1/responses");
  assert.equal(await endpointOf({ ...request, url: "/v1/chat/completions" }), undefined);
  assert.equal(await endpointOf({ query: "hello" }), undefined);
});
