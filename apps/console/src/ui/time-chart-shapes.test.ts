import assert from "node:assert/strict";
import { test } from "node:test";
import { areaPath, closestPoint, linePath, timeTicks, unbrokenRuns } from "./time-chart-shapes.js";

const SCALE = { xOf: (at: number) => at, yOf: (value: number) => 100 - value };
const at = (time: number, ...values: number[]) => ({ at: time, values });

test("a gap breaks a line, a second more or less does not", () => {
  const runs = unbrokenRuns([at(0), at(60), at(121), at(300), at(360)], 60);
  assert.deepEqual(
    runs.map((run) => run.map((point) => point.at)),
    [
      [0, 60, 121],
      [300, 360],
    ],
  );
});

test("an area lies on what is below it", () => {
  const run = [at(0, 10, 5), at(60, 20, 0)];
  const path = areaPath(
    run,
    SCALE,
    ({ values }) => values[1] ?? 0,
    ({ values }) => values[0] ?? 0,
  );
  assert.equal(path, "M0.0 85.0L60.0 80.0L60.0 80.0L0.0 90.0Z");
});

test("a line goes through its points, and a point alone can be seen", () => {
  const readValue = ({ values }: { values: readonly number[] }) => values[0] ?? 0;
  assert.equal(linePath([at(0, 1), at(60, 2)], SCALE, readValue), "M0.0 99.0L60.0 98.0");
  assert.equal(linePath([at(0, 1)], SCALE, readValue), "M0.0 99.0h1");
});

test("times are named at whole quarters, hours and days of the place", () => {
  assert.deepEqual(timeTicks(100, 3_700, 0), [900, 1_800, 2_700, 3_600]);
  const day = timeTicks(0, 86_400, -60); // UTC + 1
  assert.deepEqual(day, [18_000, 39_600, 61_200, 82_800]);
  assert.equal(timeTicks(0, 7 * 86_400, 0).length, 8);
});

test("the closest point is found", () => {
  assert.equal(closestPoint([], 5), undefined);
  assert.equal(closestPoint([at(0), at(60), at(120)], 70)?.at, 60);
});
