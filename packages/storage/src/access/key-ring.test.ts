import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { LocalStore } from "../local-store.js";
import type { Store } from "../store.js";
import { AccessKeyStore } from "./access-key-store.js";
import { KeyRing } from "./key-ring.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-keys-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** A store of which only what a ring reads can be used. */
function only(store: Store, own: Partial<Store>): Store {
  const methods = {
    list: (name: string) => store.list(name),
    readText: (name: string) => store.readText(name),
    put: () => Promise.reject(new Error("not written")),
    ...own,
  };
  return methods as Partial<Store> as Store; // the ring uses no other
}

let installations = 0;
async function installation() {
  const path = join(folder, String(++installations));
  const store: Store = await LocalStore.open(path);
  const clock = { now: Date.now() };
  const keys = new AccessKeyStore(store);
  return { path, store, keys, clock, ring: new KeyRing(keys, { now: () => clock.now }) };
}
const wanted = { tenant: "acme", role: "submit", name: "a key" } as const;

describe("a ring of keys", () => {
  test("lets everybody in as the owner until the first key is made, then nobody without one", async () => {
    const { keys, clock, ring } = await installation();
    assert.deepEqual(await ring.check(undefined), { tenant: "default", role: "admin", keyId: undefined });
    assert.deepEqual(await ring.check("anything"), { tenant: "default", role: "admin", keyId: undefined });
    const { key, record } = await keys.create(wanted);
    clock.now += 5_000;
    assert.equal(await ring.check(undefined), "missing");
    assert.deepEqual(await ring.check(key), {
      tenant: "acme",
      role: "submit",
      keyId: record.id,
      keyName: "a key",
    });
  });

  test("refuses every text that is not exactly a key", async () => {
    const { keys, ring } = await installation();
    const { key, record } = await keys.create(wanted);
    const last = key.endsWith("A") ? "B" : "A";
    const others = [
      "",
      "bp_",
      record.id,
      record.hash,
      key.slice(0, -1),
      `${key}A`,
      ` ${key}`,
      key.toUpperCase(),
      key.slice(0, -1) + last,
      key.replace(record.id, "0".repeat(16)),
      `bp_../../${key.slice(3)}`,
      "x".repeat(100_000),
    ];
    for (const other of others) assert.equal(await ring.check(other), "unknown", other.slice(0, 90));
    assert.notEqual(await ring.check(key), "unknown");
  });

  test("hears of a revoked key within five seconds, also when it was the last one", async () => {
    const { keys, clock, ring } = await installation();
    const { key, record } = await keys.create(wanted);
    assert.equal(typeof (await ring.check(key)), "object");
    await keys.revoke(record);
    clock.now = Date.now() + 5_000;
    assert.equal(await ring.check(key), "revoked");
    assert.equal(await ring.check(undefined), "missing");
  });

  test("ends a key at its time, and one that was given a last hour", async () => {
    const { keys, clock, ring } = await installation();
    const expiring = await keys.create({ ...wanted, expiresAt: clock.now + 60_000 });
    const rotated = await keys.create(wanted);
    await keys.revoke(rotated.record, clock.now + 60_000);
    for (const { key } of [expiring, rotated]) assert.equal(typeof (await ring.check(key)), "object");
    clock.now += 60_000;
    assert.equal(await ring.check(expiring.key), "expired");
    assert.equal(await ring.check(rotated.key), "revoked");
  });

  test("lets nobody in while the storage cannot be read, and remembers no failure", async () => {
    const { keys, store, clock } = await installation();
    const { key } = await keys.create(wanted);
    let isAway = true;
    const failing = only(store, {
      list: async (name) => (isAway ? Promise.reject(new Error("away")) : store.list(name)),
    });
    const ring = new KeyRing(new AccessKeyStore(failing), { now: () => clock.now });
    await assert.rejects(ring.check(key), /away/);
    await assert.rejects(ring.check(undefined), /away/);
    isAway = false;
    assert.equal(typeof (await ring.check(key)), "object");
  });

  test("goes by what it knows while the storage is away, for ten minutes", async () => {
    const { keys, store, clock } = await installation();
    const state = { isAway: false, reads: 0 };
    const read = <T>(value: () => Promise<T>) => {
      state.reads++;
      return state.isAway ? Promise.reject(new Error("away")) : value();
    };
    const failing = only(store, {
      list: (name) => read(() => store.list(name)),
      readText: (name) => read(() => store.readText(name)),
    });
    const ring = new KeyRing(new AccessKeyStore(failing), { now: () => clock.now });
    assert.equal(typeof (await ring.check(undefined)), "object");
    Object.assign(state, { isAway: true, reads: 0 });
    clock.now += 599_000;
    for (let i = 0; i < 100; i++) assert.equal(typeof (await ring.check(undefined)), "object");
    assert.equal(state.reads, 1, "an outage is not asked about at every request");
    clock.now += 1_000;
    await assert.rejects(ring.check(undefined), /away/);

    state.isAway = false;
    const [known, expiring] = [
      await keys.create(wanted),
      await keys.create({ ...wanted, expiresAt: clock.now + 60_000 }),
    ];
    const unread = await keys.create(wanted);
    for (const { key } of [known, expiring]) assert.equal(typeof (await ring.check(key)), "object");
    state.isAway = true;
    clock.now += 60_000;
    assert.equal(typeof (await ring.check(known.key)), "object");
    assert.equal(await ring.check(expiring.key), "expired");
    await assert.rejects(ring.check(unread.key), /away/, "what was never read is not known");
    await keys.revoke(known.record);
    state.isAway = false;
    clock.now = Math.max(clock.now, Date.now()) + 5_000;
    await ring.check(known.key); // starts the read
    await poll(async () => (await ring.check(known.key)) === "revoked" || undefined);
  });

  test("does not wait for a storage that hangs, once it knows an answer", async () => {
    const { keys, store, clock } = await installation();
    const { key } = await keys.create(wanted);
    let hangs = false;
    const hanging = only(store, {
      readText: (name) => (hangs ? new Promise(() => {}) : store.readText(name)),
    });
    const ring = new KeyRing(new AccessKeyStore(hanging), { now: () => clock.now });
    await ring.check(key);
    hangs = true;
    clock.now += 5_000;
    for (let i = 0; i < 1_000; i++) assert.equal(typeof (await ring.check(key)), "object");
  });

  test("reads the storage once for many checks", async () => {
    const { keys, store, clock } = await installation();
    const { key } = await keys.create(wanted);
    let reads = 0;
    const counting = only(store, {
      readText: (name) => {
        reads++;
        return store.readText(name);
      },
    });
    const ring = new KeyRing(new AccessKeyStore(counting), { now: () => clock.now });
    await Promise.all(Array.from({ length: 200 }, () => ring.check(key)));
    assert.equal(reads, 1);
  });

  test("stores no key, and notes when one was last used", async () => {
    const { path, keys, clock, ring } = await installation();
    const { key, record } = await keys.create(wanted);
    assert.equal(await keys.lastUse(record.id), undefined);
    await ring.check(key);
    const noted = await poll(() => keys.lastUse(record.id));
    assert.equal(noted, clock.now);
    const secret = key.slice(-43);
    for (const name of await readdir(path, { recursive: true, withFileTypes: true })) {
      if (name.isFile())
        assert.ok(!(await readFile(join(name.parentPath, name.name), "utf8")).includes(secret));
    }
  });
});

test("keys are listed from the oldest on, with what became of them", async () => {
  const { keys } = await installation();
  const first = await keys.create(wanted);
  const second = await keys.create({ ...wanted, name: "another" });
  await keys.revoke(first.record, 5);
  await keys.revoke({ ...first.record, revoked_at: 5 });
  const listed = await keys.list();
  assert.deepEqual(
    listed.map(({ id, revoked_at }) => [id, revoked_at]).sort(),
    [
      [first.record.id, 5],
      [second.record.id, undefined],
    ].sort(),
  );
});

async function poll<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
