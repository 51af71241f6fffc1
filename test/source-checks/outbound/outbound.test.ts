import assert from "node:assert/strict";
import { test } from "node:test";
import { filesOfTree, hasExtension, readSource } from "../tree.js";
import { ALLOWED } from "./allowed.js";
import { findSenders } from "./find-senders.js";

/** What runs in an installation: no tests, and nothing that only they use. */
const sources = ["apps", "packages"]
  .flatMap((folder) => filesOfTree(folder))
  .filter((path) => hasExtension(path, ["ts", "tsx", "mjs", "js"]))
  .filter((path) => !/\.test\.tsx?$|\/testing\/|^packages\/[\w-]{1,40}\/test\//.test(path))
  // The console runs in browsers, and asks the server that it came from.
  .filter((path) => !path.startsWith("packages/outbound/") && !path.startsWith("apps/console/src/"));

test("nothing sends HTTP to other hosts but the guarded client", () => {
  assert.ok(sources.length > 500, "the sources are found");
  const senders = new Map(sources.map((path) => [path, findSenders(readSource(path))]));
  for (const [path, found] of senders) {
    if (ALLOWED[path] !== undefined) continue;
    assert.deepEqual(found, [], `${path}: use HttpClient of @bullpen/outbound/client`);
  }
  for (const path of Object.keys(ALLOWED)) {
    assert.notEqual(senders.get(path)?.length ?? 0, 0, `${path} sends nothing: take it off the list`);
  }
});

test("each way to send is found, and what only looks like one is not", () => {
  const ways = [
    'const answer = await fetch("https://a.example");',
    "const send = options.fetch ?? fetch;",
    "new Client({ fetch });",
    "globalThis.fetch(url)",
    "new WebSocket(url)",
    'import { request } from "node:https";',
    'import {\n  createServer,\n  get as load,\n} from "http";',
    'import http from "node:http";',
    'import * as tls from "node:tls";',
    'const { Agent } = await import("undici");',
    'const needle = require("needle");',
  ];
  for (const way of ways) assert.notDeepEqual(findSenders(way), [], way);
  const others = [
    "client.fetch(url, {}, 10)",
    "async fetch(url: string): Promise<Response> {",
    " * `fetch` accepts no URL with user and password",
    "// fetch(url) would",
    "let prefetch = fetchAll(pages);",
    'import { createServer, type Socket } from "node:net";',
    'import type { Agent } from "node:http";',
    'headers["sec-fetch-site"]',
    "readonly fetch: typeof fetch;",
  ];
  for (const other of others) assert.deepEqual(findSenders(other), [], other);
});
