import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { findNotice, watchSpotNotice } from "./spot-notice.js";

/** A metadata server on this machine. */
async function startMetadata(
  t: TestContext,
  answer: (request: IncomingMessage) => readonly [status: number, text: string],
): Promise<string> {
  const server = createServer((request, response) => {
    const [status, text] = answer(request);
    response.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/notice`;
}

/** Resolves with the log's lines once there is a notice. */
async function watchUntilNotice(t: TestContext, url: string): Promise<string[]> {
  const lines: string[] = [];
  const logger = { warn: (_fields: unknown, line?: string) => void lines.push(line ?? "") };
  await new Promise<void>((resolve) => {
    const stop = watchSpotNotice({ url, logger: logger as never, onNotice: resolve, everyMs: 5 });
    t.after(stop);
  });
  return lines;
}

test("what clouds answer is a notice or not", () => {
  const none = ["", "FALSE\n", "NONE", "none"];
  const azure = (type: string) => JSON.stringify({ DocumentIncarnation: 2, Events: [{ EventType: type }] });
  none.push('{"DocumentIncarnation":1,"Events":[]}', azure("Reboot"), '{"Events":[null]}');
  for (const text of none) assert.equal(findNotice(text), undefined, text);
  const notices = ["TRUE", '{"action":"terminate","time":"2026-11-28T10:00:00Z"}', azure("Preempt"), "{half"];
  for (const text of notices) assert.equal(findNotice(text), text);
});

test("AWS: 404 until the notice comes, and a token where the server asks for one", async (t) => {
  let asked = 0;
  const url = await startMetadata(t, (request) => {
    if (request.url === "/latest/api/token")
      return request.method === "PUT" && request.headers["x-aws-ec2-metadata-token-ttl-seconds"] === "21600"
        ? [200, "t0ken"]
        : [400, ""];
    if (request.headers["x-aws-ec2-metadata-token"] !== "t0ken") return [401, ""];
    return ++asked < 3 ? [404, "not found"] : [200, '{"action":"stop"}'];
  });
  assert.deepEqual(await watchUntilNotice(t, url), [
    "this machine is about to be taken back: the worker drains",
  ]);
});

test("Google: the server wants its header", async (t) => {
  let asked = 0;
  const url = await startMetadata(t, ({ headers }) => {
    if (headers["metadata-flavor"] !== "Google") return [403, ""];
    return [200, ++asked < 3 ? "FALSE" : "TRUE"];
  });
  assert.equal((await watchUntilNotice(t, url)).length, 1);
});

test("a server that fails is reported once in a row, and asked again", async (t) => {
  let asked = 0;
  const url = await startMetadata(t, () => (++asked < 4 ? [500, ""] : [200, "TRUE"]));
  assert.deepEqual(await watchUntilNotice(t, url), [
    "SPOT_NOTICE_URL does not answer: a notice would not be seen",
    "this machine is about to be taken back: the worker drains",
  ]);
});

test("a file is a notice as soon as it is there", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-spot-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "notice");
  const notice = watchUntilNotice(t, pathToFileURL(path).href);
  await writeFile(path, "");
  assert.equal((await notice).length, 1);
});
