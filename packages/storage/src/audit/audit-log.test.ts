import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import type { AuditEvent } from "@bullpen/contracts";
import { LocalStore } from "../local-store.js";
import { StorageError, type Store } from "../store.js";
import { AuditLog, type NewAuditEvent } from "./audit-log.js";
import { type AuditRange, readAudit, removeOldAudit } from "./read-audit.js";

let folder: string;
let store: LocalStore;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-audit-"));
});
beforeEach(async () => {
  await rm(folder, { recursive: true, force: true });
  store = await LocalStore.open(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

function event(object: string): NewAuditEvent {
  return {
    action: "file.delete",
    outcome: "done",
    tenant: "default",
    key_id: null,
    key_name: null,
    actor: null,
    route: "DELETE /v1/files/{id}",
    object_ids: [object],
    status: 200,
    error_code: null,
    count: 1,
    address: "127.0.0.1",
    forwarded_for: null,
    request_id: null,
  };
}

async function read(range: AuditRange = {}, from: Store = store): Promise<AuditEvent[]> {
  const events = [];
  for await (const found of readAudit(from, range)) events.push(found);
  return events;
}

const objects = (events: readonly AuditEvent[]) => events.flatMap(({ object_ids }) => object_ids);

test("what several writers note at once is read newest first, page by page, each event once", async () => {
  const logs = Array.from({ length: 5 }, () => new AuditLog({ store }));
  const noted: string[] = [];
  for (let i = 0; i < 2_000; i++) {
    noted.push(logs[i % logs.length]?.note(event(`file-${i}`)).id ?? "");
    if (i % 97 === 0) await Promise.all(logs.map((log) => log.flush())); // segments that grow, and full ones
  }
  await Promise.all(logs.map((log) => log.close(5_000)));
  const all = await read();
  assert.deepEqual(
    all.map(({ id }) => id),
    [...noted].sort().reverse(),
  );
  const paged: AuditEvent[] = [];
  for (let page: AuditEvent[] = []; paged.length < all.length; paged.push(...page)) {
    page = (await read({ before: paged.at(-1)?.id })).slice(0, 333);
    assert.ok(page.length > 0);
  }
  assert.deepEqual(paged, all);
});

test("a range of time has the events of it and no others", async () => {
  const log = new AuditLog({ store });
  log.note(event("before"));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const since = Date.now();
  log.note(event("within"));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const until = Date.now();
  log.note(event("after"));
  await log.flush();
  assert.deepEqual(objects(await read({ since, until })), ["within"]);
  assert.deepEqual(objects(await read({ since })), ["after", "within"]);
  assert.deepEqual(objects(await read({ until })), ["within", "before"]);
});

test("an event is in the storage soon, without a flush, and every one that was stored stays after a crash", async () => {
  const log = new AuditLog({ store }); // never closed: its process dies
  log.note(event("first"));
  const deadline = Date.now() + 10_000;
  while (objects(await read()).length < 1 && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(objects(await read()), ["first"]);
  log.note(event("second"));
  await log.flush();
  const next = new AuditLog({ store });
  next.note(event("third"));
  await next.flush();
  assert.deepEqual(objects(await read()), ["third", "second", "first"]);
});

test("events wait while the storage is away, up to a bound, and are stored when it is back", async () => {
  let isAway = true;
  const errors: unknown[] = [];
  const flaky = new Proxy(store, {
    get: (target, name) =>
      name === "put"
        ? async (...call: Parameters<Store["put"]>) => {
            if (isAway) throw new StorageError("unavailable", "away");
            return target.put(...call);
          }
        : Reflect.get(target, name).bind?.(target),
  });
  const log = new AuditLog({ store: flaky, onError: (error) => errors.push(error), maxPendingBytes: 5_000 });
  let count = 0;
  while (!log.isFull) log.note(event(`file-${count++}`));
  await assert.rejects(log.flush(), { code: "unavailable" });
  await assert.rejects(log.flush(), { code: "unavailable" });
  assert.equal(errors.length, 1, "one message for an outage");
  isAway = false;
  await log.flush();
  assert.ok(!log.isFull);
  assert.equal((await read()).length, count);
});

test("what cannot be stored before the end is given back", async () => {
  const away = new Proxy(store, {
    get: () => async () => Promise.reject(new StorageError("unavailable", "away")),
  });
  const log = new AuditLog({ store: away });
  log.note(event("a"));
  log.note(event("b"));
  const lines = await log.close(50);
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as AuditEvent).object_ids),
    [["a"], ["b"]],
  );
});

test("a line that is no event costs itself alone, and old days are removed", async () => {
  const log = new AuditLog({ store });
  const { id } = log.note(event("a"));
  await log.flush();
  const day = new Date().toISOString().slice(0, 10);
  const [name = ""] = await store.list(`audit/${day}`);
  await store.put(`audit/${day}/${id} 0123456789ab.jsonl`, ["{broken\n", '{"id":1}\n']);
  await store.put(`audit/2020-01-01/audit_0000000000000123456789abc 0123456789ab.jsonl`, ["\n"]);
  await store.put(`audit/${day}/other.txt`, ["not a segment"]);
  assert.deepEqual(objects(await read()), ["a"]);
  await removeOldAudit(store, 90);
  assert.deepEqual(await store.listFolders("audit"), [day]);
  assert.ok((await store.list(`audit/${day}`)).includes(name));
  await removeOldAudit(store, 90, Date.now() + 92 * 86_400_000);
  assert.deepEqual(await store.listFolders("audit"), []);
});
