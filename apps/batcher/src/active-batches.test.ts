import assert from "node:assert/strict";
import { test } from "node:test";
import { manifestSchema } from "@bullpen/storage";
import { ActiveBatches } from "./active-batches.js";

const HOUR = 3_600_000;

function add(
  active: ActiveBatches,
  id: string,
  options: { hoursLeft: number; tenant?: string; paused?: boolean },
) {
  const now = Date.now();
  const manifest = manifestSchema.parse({
    ...{ id, tenant: options.tenant ?? "a", input_file_id: "f", endpoint: "/v1/chat/completions" },
    ...{ completion_window: "24h", metadata: null, output_expires_after: null },
    ...{ created_at: now - (24 - options.hoursLeft) * HOUR, expires_at: now + options.hoursLeft * HOUR },
  });
  const paused_at = options.paused ? now : null;
  const at = manifest.created_at;
  const controls = {
    priority: 10,
    paused_at,
    paused_ms: 0,
    max_total_tokens: null,
    exhausted: null,
    number: 0,
    at,
  };
  active.set({ manifest, controls });
  return { manifest, controls };
}

test("a batch in the last part of its window gets nearly all of its tenant's share", () => {
  const active = new ActiveBatches();
  const early = add(active, "early", { hoursLeft: 20 });
  const late = add(active, "late", { hoursLeft: 4 });
  assert.equal(active.sharesOf(early.manifest, early.controls), 2);
  const urgent = add(active, "urgent", { hoursLeft: 2 });
  assert.deepEqual(active.urgentOf("a"), ["urgent"]);
  assert.equal(active.sharesOf(urgent.manifest, urgent.controls), 1);
  assert.equal(active.sharesOf(late.manifest, late.controls), 102);
});

test("of several batches near their deadlines the nearest goes first", () => {
  const active = new ActiveBatches();
  const second = add(active, "second", { hoursLeft: 2 });
  const first = add(active, "first", { hoursLeft: 1 });
  assert.deepEqual(active.urgentOf("a"), ["first", "second"]);
  assert.equal(active.sharesOf(first.manifest, first.controls), 1);
  assert.equal(active.sharesOf(second.manifest, second.controls), 11);
});

test("what another tenant has, and what is paused, changes nothing", () => {
  const active = new ActiveBatches();
  const own = add(active, "own", { hoursLeft: 20 });
  add(active, "other", { hoursLeft: 1, tenant: "b" });
  add(active, "paused", { hoursLeft: 1, paused: true });
  assert.deepEqual(active.urgentOf("a"), []);
  assert.equal(active.sharesOf(own.manifest, own.controls), 1);
});
