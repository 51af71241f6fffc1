import assert from "node:assert/strict";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { after, before, suite, test } from "node:test";
import { type Parts, StorageError, type Store } from "@bullpen/storage";

export interface OpenedStore {
  readonly store: Store;
  /** Half-written things that the store holds. */
  leftovers(): Promise<number> | number;
  close(): Promise<void>;
}

const MIB = 1_024 * 1_024;

/** What every kind of store does, by the same tests. */
export function storeContract(name: string, open: () => Promise<OpenedStore>): void {
  suite(name, () => {
    let opened: OpenedStore;
    let store: Store;
    before(async () => {
      opened = await open();
      store = opened.store;
    });
    after(() => opened.close());
    const textOf = async (key: string, range?: { start?: number; end?: number }) =>
      Buffer.concat(await (await store.read(key, range)).toArray()).toString();
    const newFolder = () => `contract/${randomUUID()}`;

    test("text and bytes make one object, counted and hashed, over an older one", async () => {
      const key = `${newFolder()}/a.txt`;
      await store.put(key, ["an older and longer object, which goes"]);
      const written = await store.put(key, ["näive ", new TextEncoder().encode("日本"), "", "\n"]);
      const text = "näive 日本\n";
      const sha256 = createHash("sha256").update(text).digest("hex");
      assert.deepEqual(written, { bytes: Buffer.byteLength(text), sha256 });
      assert.equal(await store.readText(key), text);
      assert.deepEqual(await store.stat(key), { name: "a.txt", bytes: written.bytes });
    });

    test("an object may be empty", async () => {
      const folder = newFolder();
      assert.equal((await store.put(`${folder}/empty`, [])).bytes, 0);
      assert.equal(await store.readText(`${folder}/empty`), "");
      assert.deepEqual(await store.list(folder), ["empty"]);
      assert.equal(await store.putOnce(`${folder}/empty`, ["x"]), false);
    });

    for (const [size, bytes] of [
      ["small", 100],
      ["large", 12 * MIB],
    ] as const) {
      test(`a ${size} object whose source fails leaves the older one, and nothing beside it`, async () => {
        const folder = newFolder();
        await store.put(`${folder}/a`, ["old"]);
        const failure = Object.assign(new Error("the source broke"), { code: "ENOENT", syscall: "read" });
        async function* source() {
          yield Buffer.alloc(bytes);
          throw failure;
        }
        await assert.rejects(store.put(`${folder}/a`, source()), (error) => error === failure);
        await assert.rejects(store.putOnce(`${folder}/b`, source()), (error) => error === failure);
        assert.equal(await store.readText(`${folder}/a`), "old");
        assert.equal(await store.stat(`${folder}/b`), undefined);
        assert.equal(await opened.leftovers(), 0);
      });

      test(`an abort of a ${size} object ends it while its source is silent, and leaves nothing`, async () => {
        const key = `${newFolder()}/a`;
        const stop = new AbortController();
        const reason = new Error("no longer wanted");
        async function* source() {
          yield Buffer.alloc(bytes);
          setImmediate(() => stop.abort(reason));
          await new Promise(() => {});
        }
        await assert.rejects(store.put(key, source(), stop.signal), (error) => error === reason);
        await assert.rejects(store.put(key, ["x"], stop.signal), (error) => error === reason);
        assert.equal(await store.stat(key), undefined);
        assert.equal(await opened.leftovers(), 0);
      });

      test(`of 20 writers of a ${size} object exactly one wins, and its content is stored`, async () => {
        const key = `${newFolder()}/once`;
        const writers = Array.from({ length: size === "small" ? 20 : 4 }, (_, index) => index);
        const wins = await Promise.all(
          writers.map((index) => store.putOnce(key, [Buffer.alloc(bytes, index), `by ${index}`])),
        );
        const winners = writers.filter((index) => wins[index]);
        assert.equal(winners.length, 1);
        assert.equal(await textOf(key, { start: bytes }), `by ${winners[0]}`);
        assert.equal(await opened.leftovers(), 0);
      });
    }

    test("ranges of an object", async () => {
      const key = `${newFolder()}/digits`;
      await store.put(key, ["0123456789"]);
      assert.equal(await textOf(key, { start: 3, end: 6 }), "345");
      assert.equal(await textOf(key, { start: 9 }), "9");
      assert.equal(await textOf(key, { end: 2 }), "01");
      assert.equal(await textOf(key, { start: 4, end: 400 }), "456789");
      for (const empty of [
        { start: 4, end: 4 },
        { start: 0, end: 0 },
        { start: 6, end: 3 },
        { start: 10 },
        { start: 99, end: 100 },
      ]) {
        assert.equal(await textOf(key, empty), "", JSON.stringify(empty));
      }
      await assert.rejects(store.read(key, { start: -1 }), RangeError);
      await assert.rejects(store.read(key, { end: Number.NaN }), RangeError);
    });

    test("what is not there: not_found, undefined, an empty list", async () => {
      const folder = newFolder();
      await store.put(`${folder}/sub/a`, ["x"]);
      const notFound = (error: unknown) => error instanceof StorageError && error.code === "not_found";
      for (const absent of [`${folder}/none`, `${folder}/sub`]) {
        await assert.rejects(store.read(absent), notFound);
        await assert.rejects(store.read(absent, { start: 2, end: 2 }), notFound);
        assert.equal(await store.stat(absent), undefined);
        assert.equal(await store.readText(absent), undefined);
      }
      await assert.rejects(store.copy(`${folder}/none`, `${folder}/copy`), notFound);
      assert.deepEqual(await store.list(`${folder}/none`), []);
      assert.deepEqual(await store.listFolders(`${folder}/none`), []);
      await store.remove(`${folder}/none`);
      await store.removeFolder(`${folder}/none`);
    });

    test("a folder lists its own objects and folders by name, beyond a page of 1,000", async () => {
      const folder = newFolder();
      const names = Array.from({ length: 1_020 }, (_, index) => `part ${String(index).padStart(5, "0")}`);
      for (let at = 0; at < names.length; at += 50) {
        await Promise.all(names.slice(at, at + 50).map((name) => store.put(`${folder}/${name}`, [name])));
      }
      for (const other of ["a-b", "a", "a.b"]) await store.put(`${folder}/${other}/x/y`, ["other"]);
      await store.put(`${folder}x/not-inside`, ["x"]);
      assert.deepEqual(await store.list(folder), names);
      assert.deepEqual(await store.listFolders(folder), ["a", "a-b", "a.b"]);

      await store.removeFolder(folder);
      assert.deepEqual([await store.list(folder), await store.listFolders(folder)], [[], []]);
      assert.equal(await store.stat(`${folder}/a/x/y`), undefined);
      assert.equal(await store.readText(`${folder}x/not-inside`), "x");
    });

    test("64 MB stream in and out without being held in memory", async () => {
      const key = `${newFolder()}/large`;
      const chunk = randomBytes(MIB);
      let taken = 0;
      const hash = createHash("sha256");
      async function* source() {
        for (; taken < 64; taken++) {
          hash.update(chunk);
          yield chunk;
        }
      }
      const written = await store.put(key, source());
      assert.deepEqual(written, { bytes: 64 * MIB, sha256: hash.digest("hex") });
      const stream = await store.read(key);
      const first = await stream[Symbol.asyncIterator]().next();
      assert.ok(stream.readableLength + first.value.length < MIB, "a reader that is slow holds little");
      stream.destroy();
      const readHash = createHash("sha256");
      for await (const part of await store.read(key)) readHash.update(part);
      assert.equal(readHash.digest("hex"), written.sha256);
      await store.remove(key);
      assert.equal(await store.stat(key), undefined);
    });

    test("a Node stream is a source", async () => {
      const key = `${newFolder()}/a`;
      assert.equal((await store.put(key, Readable.from(["ab", "cd"]) satisfies Parts)).bytes, 4);
    });

    test("a copy lives on without what it was made from, and is not changed with it", async () => {
      const folder = newFolder();
      await store.put(`${folder}/from`, ["first"]);
      await store.copy(`${folder}/from`, `${folder}/to/copy`);
      await store.copy(`${folder}/from`, `${folder}/to/copy`);
      await store.put(`${folder}/from`, ["second"]);
      assert.equal(await store.readText(`${folder}/to/copy`), "first");
      await store.copy(`${folder}/from`, `${folder}/to/copy`);
      await store.remove(`${folder}/from`);
      assert.equal(await store.readText(`${folder}/to/copy`), "second");
      assert.equal(await opened.leftovers(), 0);
    });

    test("a writer that comes while its folder is removed still leaves a whole object or none", async () => {
      const folder = newFolder();
      await Promise.all(
        Array.from({ length: 30 }, async (_, index) => {
          await store.put(`${folder}/sub/${index}`, [`content ${index}`]);
          if (index % 5 === 0) await store.removeFolder(folder);
        }),
      );
      for (const left of await store.list(`${folder}/sub`)) {
        assert.equal(await store.readText(`${folder}/sub/${left}`), `content ${left}`);
      }
      assert.equal(await opened.leftovers(), 0);
    });

    test("what cannot be a key is refused", async () => {
      const odd = [
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        "../a",
        "a/../b",
        ".",
        ".partial/x",
        "a\0b",
        "a\\b",
        "ä",
        "a\nb",
        " a",
      ];
      for (const key of [...odd, "a".repeat(201), "a/".repeat(500)]) {
        await assert.rejects(store.put(key, ["x"]), RangeError, JSON.stringify(key));
        await assert.rejects(store.read(key), RangeError);
        await assert.rejects(store.stat(key), RangeError);
        await assert.rejects(store.list(key), RangeError);
        await assert.rejects(store.removeFolder(key), RangeError);
        await assert.rejects(store.copy("a", key), RangeError);
      }
    });

    test("a store that works passes its check, again and again", async () => {
      await store.check();
      await store.check();
    });
  });
}
