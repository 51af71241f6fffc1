import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { derivedId, newId } from "@bullpen/contracts";
import { startTestQueues, type TestQueues, testJob } from "../testing/start-test-queues.js";
import { endQuery } from "./end.js";
import { OpenQueries } from "./open-queries.js";
import { submitQueries } from "./submit.js";

let queues: TestQueues;
let open: OpenQueries;
before(async () => {
  queues = await startTestQueues();
  open = new OpenQueries(queues.redis);
});
after(() => queues.stop());

const some = (count: number, deadline = Date.now() + 60_000) =>
  Array.from({ length: count }, () => ({ id: newId("query"), deadline }));

test("takes queries up to the limit, all or none, and the same one once", async () => {
  const first = some(3);
  assert.equal(await open.take("a", 4, first), true);
  assert.equal(await open.take("a", 4, some(2)), false);
  assert.equal(await open.take("a", 4, first), true, "a request that comes again");
  assert.equal(await open.take("a", 4, some(1)), true);
  assert.equal(await open.take("b", 4, some(4)), true, "another's count is its own");
  assert.equal(await open.take("b", 4, some(5)), false);
});

test("makes room when queries end, expire or are released", async () => {
  const jobs = [testJob("x"), testJob("y")];
  const taken = some(2);
  const ids = taken.map(({ id }) => id);
  assert.equal(await open.take("c", 2, taken), true);
  await submitQueries(queues, jobs, { ids });
  await endQuery(queues, ids[0] ?? "", { status: "cancelled" });
  assert.equal(await open.take("c", 2, some(1)), true);
  assert.equal(await open.take("c", 2, some(1)), false);
  assert.equal(await open.take("d", 1, some(1, Date.now() + 50)), true);
  await sleep(60);
  const released = some(1);
  assert.equal(await open.take("d", 1, released), true);
  await open.release("d", released);
  assert.equal(await open.take("d", 1, some(1)), true);
});

test("forgets a query whose submission never came", async () => {
  const id = derivedId("query", "x", "y", Date.now() - 120_000);
  assert.equal(await open.take("e", 1, [{ id, deadline: Date.now() + 60_000 }]), true);
  assert.equal(await open.take("e", 1, some(1)), true);
});
