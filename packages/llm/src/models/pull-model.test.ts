import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { modelContent, PullHarness, REMOTE_PATH } from "../testing/pull-harness.js";
import { findPulled } from "./pull-model.js";

let h: PullHarness;
beforeEach(async () => {
  h = await PullHarness.start();
});
afterEach(() => h.stop());

describe("a download that goes well", () => {
  test("brings the file, its progress, and its checksum from the hub", async () => {
    h.hub.answerNext(h.hub.faulty({ pieces: 10_000 }));
    const { path: pulled, progress, verified } = await h.pull();
    assert.equal(pulled, h.path);
    assert.equal(verified, 1);
    await h.assertWhole();
    const steps = progress.filter(({ phase }) => phase === "downloading").map(({ done }) => done);
    assert.ok(steps.length > 3 && steps.at(-1) === h.content.length, steps.join());
    assert.deepEqual(
      steps,
      [...steps].sort((a, b) => a - b),
    );
    assert.ok(progress.some(({ phase }) => phase === "checking"));
  });

  test("a file that is there is not asked for", async () => {
    await h.pull();
    h.hub.requests.length = 0;
    assert.equal((await h.pull()).path, h.path);
    assert.equal(h.hub.requests.length, 0);
    const found = await findPulled({ uri: "hf:maker/model-GGUF/model.gguf", entry: undefined }, h.folder);
    assert.deepEqual(found, { path: h.path, files: [h.path], bytes: h.content.length });
  });

  test("pieces of one byte come together, the magic number too", async () => {
    h.hub.put(REMOTE_PATH, h.content.subarray(0, 40));
    h.hub.answerNext(h.hub.faulty({ pieces: 1 }));
    assert.equal((await h.pull()).error, undefined);
    await h.assertWhole(h.content.subarray(0, 40));
  });

  test("a file without a length is taken to its end", async () => {
    h.hub.answerNext((_, response) => {
      response.writeHead(200);
      response.write(h.content.subarray(0, 1_000));
      response.end(h.content.subarray(1_000));
    });
    const { error, verified, progress } = await h.pull();
    assert.equal(error, undefined);
    assert.equal(verified, 0, "no checksum was published");
    assert.equal(progress[0]?.total, undefined);
    await h.assertWhole();
  });

  test("all parts of a split model come, and the first is the one to load", async () => {
    for (const i of [1, 2, 3])
      h.hub.put(`/maker/big-GGUF/resolve/main/q/big-0000${i}-of-00003.gguf`, h.content);
    const {
      path: first,
      verified,
      progress,
    } = await h.pull({
      uri: "hf:maker/big-GGUF/q/big-00001-of-00003.gguf",
    });
    assert.equal(first, join(h.folder, "hf/maker/big-GGUF/q/big-00001-of-00003.gguf"));
    assert.equal(verified, 3);
    assert.deepEqual([progress.at(-1)?.file, progress.at(-1)?.files], [3, 3]);
    assert.equal((await readdir(dirname(first))).length, 3);
  });

  test("the hub chooses the file of a tag, which is remembered without a network", async () => {
    h.hub.answerNext((_, response) => void response.end('{"ggufFile":{"rfilename":"model.gguf"}}'));
    assert.equal((await h.pull({ uri: "hf:maker/model-GGUF:Q4_K_M" })).path, h.path);
    assert.equal(h.hub.requests[0]?.url, "/v2/maker/model-GGUF/manifests/Q4_K_M");
    h.hub.requests.length = 0;
    assert.equal((await h.pull({ uri: "hf:maker/model-GGUF:Q4_K_M" })).path, h.path);
    assert.equal(h.hub.requests.length, 0);
  });

  test("a URL outside of the hub works, and its path keeps files of one name apart", async () => {
    h.hub.put("/files/a/model.gguf", h.content);
    const { path: pulled, error } = await h.pull({
      uri: `${h.hub.url}/files/a/model.gguf?signature=1`,
      hub: { endpoint: "https://hub.invalid", token: undefined },
    });
    assert.equal(error, undefined);
    assert.match(pulled, /url\/127\.0\.0\.1_\d+\/files\/a\/model\.gguf$/);
  });
});

describe("a download that is cut", () => {
  test("goes on from where it was, within one run", async () => {
    h.hub.answerNext(h.hub.faulty({ cutAfter: 1_000_000 }), h.hub.faulty({ cutAfter: 600_000 }));
    const { error, notes, verified } = await h.pull();
    assert.equal(error, undefined);
    assert.equal(verified, 1);
    await h.assertWhole();
    const starts = h.hub.requests.map(({ headers }) => Number(headers.range?.match(/\d+/)?.[0] ?? 0));
    const [first, second = 0, third = 0, ...more] = starts;
    assert.ok(first === 0 && second > 500_000 && third > second && more.length === 0, starts.join());
    assert.equal(h.hub.requests[1]?.headers["if-range"], `"${h.sha256}"`);
    assert.match(notes[0] ?? "", /^the connection was cut \(.*\); trying again in 1 s$/);
  });

  test("goes on in the next run after Ctrl-C", async () => {
    h.hub.answerNext(h.hub.faulty({ stallAfter: 1_000_000 }));
    const stop = new AbortController();
    const { error } = await h.pull({
      signal: stop.signal,
      onProgress: ({ done }) => void (done >= 1_000_000 && stop.abort(new Error("stopped"))),
    });
    assert.equal(error?.message, "stopped");
    assert.equal((await stat(`${h.path}.part`)).size, 1_000_000);
    h.hub.requests.length = 0;
    assert.equal((await h.pull()).verified, 1);
    assert.equal(h.hub.requests[0]?.headers.range, "bytes=1000000-");
    await h.assertWhole();
  });

  test("starts over where the server ignores ranges", async () => {
    h.hub.answerNext(h.hub.faulty({ cutAfter: 1_000_000 }), h.hub.faulty({ ranges: false }));
    const { error, notes } = await h.pull();
    assert.equal(error, undefined);
    assert.match(notes[1] ?? "", /starting over/);
    await h.assertWhole();
  });

  test("starts over where the file is another one meanwhile", async () => {
    const other = modelContent();
    h.hub.answerNext(h.hub.faulty({ cutAfter: 1_000_000 }), (request, response) => {
      h.hub.put(REMOTE_PATH, other);
      h.hub.serve(request, response);
    });
    assert.equal((await h.pull()).error, undefined);
    await h.assertWhole(other);
  });

  test("starts over where nothing shows that the rest is of the same file", async () => {
    h.hub.answerNext(h.hub.faulty({ cutAfter: 1_000_000, headers: { etag: 'W/"weak"' } }));
    await h.pull();
    assert.equal(h.hub.requests[1]?.headers.range, undefined);
    await h.assertWhole();
  });

  test("starts over where a part has no facts beside it", async () => {
    await mkdir(dirname(h.path), { recursive: true });
    await writeFile(`${h.path}.part`, modelContent().subarray(0, 5_000));
    assert.equal((await h.pull()).error, undefined);
    await h.assertWhole();
  });

  test("starts over after an answer of 416, and after bytes that were not asked for", async () => {
    for (const wrong of [
      h.hub.status(416),
      h.hub.status(206, { "content-range": "bytes 7-9/2000000" }),
      h.hub.status(206),
    ]) {
      h.hub.answerNext(h.hub.faulty({ cutAfter: 1_000_000 }), wrong);
      assert.equal((await h.pull()).error, undefined);
      await h.assertWhole();
      await rm(h.path);
    }
  });

  test("is given up after failures without progress, says what is kept, and goes on later", async () => {
    h.hub.answerNext(
      h.hub.faulty({ cutAfter: 1_000_000 }),
      ...Array.from({ length: 6 }, () => h.hub.status(503)),
    );
    const { error } = await h.pull();
    assert.match(
      error?.message ?? "",
      /answered 503\. Check the network and try again\. [\d.]+ [kM]B are kept: the same command goes on from there\.$/,
    );
    assert.equal((await h.pull()).error, undefined);
    await h.assertWhole();
  });

  test("starts over where the hub says that the file is another one, though its store does not", async () => {
    const other = modelContent();
    const otherSha256 = createHash("sha256").update(other).digest("hex");
    const weak = { etag: 'W/"weak"' };
    const says = (sha256: string) => ({ ...weak, "x-linked-etag": `"${sha256}"` });
    h.hub.answerNext(
      h.hub.faulty({ cutAfter: 1_000_000, headers: says(h.sha256) }),
      (request, response) => {
        h.hub.put(REMOTE_PATH, other);
        h.hub.serve(request, response, { headers: says(otherSha256) });
      },
      h.hub.faulty({ headers: says(otherSha256) }),
    );
    const { error, notes, verified } = await h.pull();
    assert.equal(error, undefined);
    assert.equal(verified, 1);
    assert.match(notes[1] ?? "", /another file now, so the download starts over/);
    await h.assertWhole(other);
  });

  test("keeps the checksum that the hub gave before the cut", async () => {
    h.hub.answerNext(
      h.hub.faulty({ cutAfter: 1_000_000, headers: { etag: '"one"', "x-linked-etag": `"${h.sha256}"` } }),
      (request, response) => {
        delete request.headers["if-range"]; // the server knows its file by another tag
        h.hub.serve(request, response, { headers: { etag: '"one"' } });
      },
    );
    assert.equal((await h.pull()).verified, 1);
    await h.assertWhole();
  });

  test("is given up where each connection brings a few bytes", async () => {
    h.hub.answerNext(...Array.from({ length: 20 }, () => h.hub.faulty({ cutAfter: 10 })));
    const { error } = await h.pull();
    assert.match(error?.message ?? "", /could not be downloaded: the connection was cut/);
    assert.ok(h.hub.requests.length <= 7, String(h.hub.requests.length));
  });

  test("a server that drips is waited for as long as something comes", async () => {
    h.hub.put(REMOTE_PATH, h.content.subarray(0, 100));
    h.hub.answerNext(h.hub.faulty({ pieces: 10, pauseMs: 60 }));
    const startedAt = performance.now();
    assert.equal((await h.pull({ stallMs: 300 })).error, undefined);
    assert.ok(performance.now() - startedAt > 500, "longer than a silence may be");
    assert.equal(h.hub.requests.length, 1);
    await h.assertWhole(h.content.subarray(0, 100));
  });

  test("a server that stalls is left and asked again", async () => {
    h.hub.answerNext(h.hub.faulty({ stallAfter: 1_000_000 }));
    const { error, notes } = await h.pull({ stallMs: 200 });
    assert.equal(error, undefined);
    assert.match(notes[0] ?? "", /the connection was cut/);
    await h.assertWhole();
  });

  test("a server that never answers is given up", async () => {
    h.hub.answerNext(...Array.from({ length: 6 }, () => () => {}));
    const { error } = await h.pull({ stallMs: 100 });
    assert.match(error?.message ?? "", /does not answer/);
  });
});
