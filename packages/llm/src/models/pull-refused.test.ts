import assert from "node:assert/strict";
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { HubServer } from "../testing/hub-server.js";
import { PullHarness, REMOTE_PATH } from "../testing/pull-harness.js";

let h: PullHarness;
beforeEach(async () => {
  h = await PullHarness.start();
});
afterEach(() => h.stop());

describe("a server that refuses", () => {
  const cases: [number, Record<string, string>, string | undefined, RegExp][] = [
    [401, {}, undefined, /accounts alone.*set HF_TOKEN/],
    [403, {}, undefined, /accounts alone.*set HF_TOKEN/],
    [401, {}, "hf_secret", /refuses this token \(401\)\. Check HF_TOKEN/],
    [404, {}, undefined, /no such file \(404\)\. Check the URI/],
    [429, { "retry-after": "3600" }, undefined, /answered 429\. Try again in 60 min, as the server asks\.$/],
    [503, { "retry-after": "120" }, undefined, /Try again in 2 min/],
    [418, {}, undefined, /answered 418/],
    [302, {}, undefined, /answered 302/],
    [302, { location: "ftp://elsewhere/x" }, undefined, /redirects to "ftp:\/\/elsewhere\/x"/],
  ];
  for (const [status, headers, token, message] of cases) {
    test(`${status} ${JSON.stringify(headers)}${token ? " with a token" : ""} is explained`, async () => {
      h.hub.answerNext(h.hub.status(status, headers));
      const { error } = await h.pull(token === undefined ? {} : { token });
      assert.match(error?.message ?? "", message);
      assert.doesNotMatch(error?.message ?? "", /hf_secret/);
      assert.equal(h.hub.requests.length, 1);
      await h.assertNothing();
    });
  }

  test("a short Retry-After is waited for", async () => {
    h.hub.answerNext(h.hub.status(429, { "retry-after": "0.3" }));
    const startedAt = performance.now();
    assert.equal((await h.pull()).error, undefined);
    assert.ok(performance.now() - startedAt >= 290);
  });

  test("redirects in a circle end", async () => {
    const around = Array.from({ length: 30 }, () => h.hub.status(302, { location: REMOTE_PATH }));
    h.hub.answerNext(...around);
    assert.match((await h.pull()).error?.message ?? "", /redirects in a circle/);
  });

  test("a hub that is not there is named", async () => {
    const { error } = await h.pull({ hub: { endpoint: "http://127.0.0.1:9", token: undefined } });
    assert.match(error?.message ?? "", /127\.0\.0\.1:9 does not answer/);
  });

  test("a hub without a file for the tag is explained", async () => {
    h.hub.answerNext(h.hub.status(404));
    assert.match((await h.pull({ uri: "hf:maker/model:Q9" })).error?.message ?? "", /no such file \(404\)/);
    h.hub.answerNext((_, response) => void response.end("<html>"));
    assert.match((await h.pull({ uri: "hf:maker/model:Q9" })).error?.message ?? "", /Name the file: hf:user/);
  });
});

describe("the token", () => {
  test("goes to the hub, and not to another host that it redirects to", async () => {
    const store = await HubServer.start();
    try {
      store.put("/store/blob", h.content);
      const linked = { "x-linked-etag": `"${h.sha256}"`, "x-linked-size": String(h.content.length) };
      h.hub.answerNext(
        h.hub.status(302, { location: "/second-hop", ...linked }),
        h.hub.status(307, { location: `${store.url}/store/blob` }),
      );
      store.answerNext(store.faulty({ headers: { etag: '"of-the-store"' } }));
      const { error, verified } = await h.pull({ token: "hf_secret" });
      assert.equal(error, undefined);
      assert.equal(verified, 1, "the checksum is the hub's, from its redirect");
      assert.deepEqual(
        h.hub.requests.map(({ headers }) => headers.authorization),
        ["Bearer hf_secret", "Bearer hf_secret"],
      );
      assert.equal(store.requests[0]?.headers.authorization, undefined);
      await h.assertWhole();
    } finally {
      await store.stop();
    }
  });

  test("another host's word about checksums counts nothing", async () => {
    const store = await HubServer.start();
    try {
      store.put("/store/blob", h.content);
      h.hub.answerNext(h.hub.status(302, { location: `${store.url}/store/blob` }));
      store.answerNext(store.faulty({ headers: { "x-linked-etag": `"${"0".repeat(64)}"` } }));
      const { error, verified } = await h.pull();
      assert.equal(error, undefined);
      assert.equal(verified, 0);
    } finally {
      await store.stop();
    }
  });
});

describe("a server that lies", () => {
  test("a wrong checksum deletes the file and says so", async () => {
    const cases: [string, Parameters<PullHarness["pull"]>[0] & object][] = [
      ["as the hub says", {}],
      ["of the catalogue", { expected: { sha256: "0".repeat(64) } }],
    ];
    for (const [whose, run] of cases) {
      h.hub.answerNext(h.hub.faulty({ headers: { etag: run.expected ? '"none"' : `"${"0".repeat(64)}"` } }));
      const { error } = await h.pull(run);
      assert.match(
        error?.message ?? "",
        new RegExp(`wrong checksum: its SHA-256 is ${h.sha256}.*${whose}.*deleted`),
      );
      await h.assertNothing();
    }
  });

  test("a file whose size or checksum is not the catalogue's is refused before it is downloaded", async () => {
    for (const expected of [{ bytes: 5 }, { sha256: "0".repeat(64) }]) {
      const { error, progress } = await h.pull({ expected });
      assert.match(error?.message ?? "", /is another file than expected: .*check HF_ENDPOINT/);
      assert.equal(progress.length, 0);
    }
  });

  test("a size that is not the one of its own redirect is refused", async () => {
    h.hub.answerNext(h.hub.faulty({ headers: { "x-linked-size": "7" } }));
    assert.match((await h.pull()).error?.message ?? "", /it has 2000000 bytes, expected are 7/);
  });

  test("a length that is too long leaves a part that a later run completes", async () => {
    const long = () =>
      h.hub.faulty({ headers: { "content-length": "4000000", etag: '"one"' }, ranges: false });
    h.hub.answerNext(...Array.from({ length: 8 }, long));
    const { error } = await h.pull({ stallMs: 200 });
    assert.match(error?.message ?? "", /could not be downloaded/);
    assert.equal((await h.pull()).error, undefined);
    await h.assertWhole();
  });

  test("a page in place of the file is no model, and is deleted", async () => {
    h.hub.put(REMOTE_PATH, Buffer.from("<!DOCTYPE html><p>Sign in</p>"));
    assert.match((await h.pull()).error?.message ?? "", /no GGUF file: it starts with "<!DO"/);
    await h.assertNothing();
  });
});

describe("places and neighbours", () => {
  test("two pulls at once bring one download and two files", async () => {
    h.hub.answerNext(h.hub.faulty({ pieces: 50_000 }));
    const both = await Promise.all([h.pull(), h.pull()]);
    assert.deepEqual(
      both.map(({ error }) => error),
      [undefined, undefined],
    );
    assert.equal(h.hub.requests.length, 1);
    assert.ok(both.some(({ progress }) => progress.some(({ phase }) => phase === "waiting")));
    await h.assertWhole();
  });

  test("a lock whose holder has died is taken over", async () => {
    await mkdir(dirname(h.path), { recursive: true });
    await writeFile(`${h.path}.lock`, "");
    const long = new Date(Date.now() - 60_000);
    await utimes(`${h.path}.lock`, long, long);
    const both = await Promise.all([h.pull(), h.pull()]);
    assert.deepEqual(
      both.map(({ error }) => error),
      [undefined, undefined],
    );
    assert.equal(h.hub.requests.length, 1, "one of the two took it over");
    await h.assertWhole();
  });

  test("a holder that was suspended keeps its lock", async () => {
    await mkdir(dirname(h.path), { recursive: true });
    const lock = `${h.path}.lock`;
    await writeFile(lock, "");
    const long = new Date(Date.now() - 60_000);
    await utimes(lock, long, long);
    const stop = new AbortController();
    const pulling = h.pull({ signal: stop.signal });
    await sleep(1_000);
    await utimes(lock, new Date(), new Date()); // it wakes up
    await sleep(3_000);
    await utimes(lock, new Date(), new Date());
    stop.abort();
    assert.equal((await pulling).error?.name, "AbortError");
    assert.equal(h.hub.requests.length, 0);
  });

  test("Ctrl-C ends the wait for a hub that is asked which file a tag means", async () => {
    h.hub.answerNext(h.hub.status(503), h.hub.status(503));
    const stop = new AbortController();
    const options = { uri: "hf:maker/model:Q9", pauseMs: () => 60_000, onNote: () => stop.abort() };
    assert.equal((await h.pull({ ...options, signal: stop.signal })).error?.name, "AbortError");
  });

  test("a lock that is held is waited for, until Ctrl-C", async () => {
    await mkdir(dirname(h.path), { recursive: true });
    await writeFile(`${h.path}.lock`, "");
    const stop = new AbortController();
    const pulling = h.pull({ signal: stop.signal });
    await sleep(300);
    stop.abort();
    assert.equal((await pulling).error?.name, "AbortError");
  });

  test("a disk that is too small is refused before a byte is asked for", async () => {
    const { error } = await h.pull({ expected: { bytes: 1e18 } });
    assert.match(
      error?.message ?? "",
      /has .* free, and 1000000 TB are needed\. Make room, or set MODELS_DIR/,
    );
    assert.equal(h.hub.requests.length, 0);
  });

  test("a disk that is too small for the size that the server says is refused too", async () => {
    h.hub.answerNext(h.hub.faulty({ headers: { "content-length": "1000000000000000" } }));
    assert.match((await h.pull()).error?.message ?? "", /Make room, or set MODELS_DIR/);
  });

  test("a size that the caller refuses ends the pull before a byte is taken", async () => {
    const sizes: number[] = [];
    const { error } = await h.pull({
      onSize: (bytes) => {
        sizes.push(bytes);
        throw new Error("too large");
      },
    });
    assert.equal(error?.message, "too large");
    assert.deepEqual(sizes, [h.content.length]);
    await h.assertNothing();
  });

  test("a folder that cannot be made is named", async () => {
    await writeFile(join(h.folder, "hf"), "a file");
    assert.match((await h.pull()).error?.message ?? "", /The folder .*hf\/maker\/model-GGUF cannot be made/);
  });
});
