import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mcnemarExact } from "./mcnemar.js";
import { pairedDifference } from "./paired-difference.js";
import { wilsonInterval } from "./wilson-interval.js";

const near = (value: number, wanted: number, digits: number) =>
  assert.ok(Math.abs(value - wanted) <= 0.5 * 10 ** -digits, `${value} is not ${wanted}`);

describe("Wilson's interval", () => {
  // Newcombe 1998, table I, method 3.
  const published = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const;
  for (const [count, total, low, high] of published) {
    test(`${count} of ${total}, as published`, () => {
      const interval = wilsonInterval(count, total);
      near(interval.low, low, 4);
      near(interval.high, high, 4);
    });
  }

  test("it stays within 0 and 1, and is all of it for no trials", () => {
    assert.deepEqual(wilsonInterval(0, 0), { low: 0, high: 1 });
    for (let total = 1; total < 40; total++) {
      for (let count = 0; count <= total; count++) {
        const { low, high } = wilsonInterval(count, total);
        assert.ok(low >= 0 && high <= 1 && low <= count / total && count / total <= high);
      }
    }
    assert.equal(wilsonInterval(7, 7).high, 1);
  });
});

/** In whole numbers of any size: twice the tail, as a fraction of 2 to the power of all. */
function exactly(one: number, two: number): number {
  const total = one + two;
  let [choose, tail] = [1n, 0n];
  for (let i = 0; i <= Math.min(one, two); i++) {
    tail += choose;
    choose = (choose * BigInt(total - i)) / BigInt(i + 1);
  }
  const scale = 10n ** 40n;
  return Math.min(1, Number((2n * tail * scale) / 2n ** BigInt(total)) / 1e40);
}

describe("McNemar's exact test", () => {
  test("the example of statsmodels: 121 against 59", () => near(mcnemarExact(121, 59) * 1e6, 4.434, 3));

  test("it is what exact arithmetic gives", () => {
    for (const [one, two] of [
      [0, 0],
      [0, 1],
      [0, 6],
      [1, 9],
      [5, 5],
      [10, 25],
      [86, 150],
      [400, 480],
    ] as const) {
      const wanted = exactly(one, two);
      near(mcnemarExact(one, two) / wanted, 1, 9);
      assert.equal(mcnemarExact(one, two), mcnemarExact(two, one));
    }
    near(mcnemarExact(0, 6), 0.03125, 12);
  });

  test("large counts neither overflow nor give nothing", () => {
    assert.ok(mcnemarExact(500_000, 500_100) > 0.9);
    assert.ok(mcnemarExact(10, 100_000) >= 0);
  });
});

describe("the difference of paired shares", () => {
  test("the interval holds the difference, and turns around with the runs", () => {
    const one = pairedDifference({ bothRight: 36, onlyFirst: 12, onlySecond: 2, bothWrong: 10 });
    const two = pairedDifference({ bothRight: 36, onlyFirst: 2, onlySecond: 12, bothWrong: 10 });
    near(one.difference, -10 / 60, 12);
    assert.ok(one.low < one.difference && one.difference < one.high);
    near(one.low, -two.high, 12);
    near(one.high, -two.low, 12);
  });

  test("it covers the true difference in about 95 of 100 samples", () => {
    const total = 25;
    const shares = [0.4, 0.25, 0.1, 0.25] as const;
    const [a, b, c] = shares;
    let covered = 0;
    const factorial = (n: number): number => (n < 2 ? 0 : Math.log(n) + factorial(n - 1));
    for (let e = 0; e <= total; e++) {
      for (let f = 0; f + e <= total; f++) {
        for (let g = 0; g + f + e <= total; g++) {
          const counts = [e, f, g, total - e - f - g];
          const log = counts.reduce(
            (sum, count, i) => sum + count * Math.log(shares[i] ?? 1) - factorial(count),
            factorial(total),
          );
          const [bothRight = 0, onlyFirst = 0, onlySecond = 0, bothWrong = 0] = counts;
          const { low, high } = pairedDifference({ bothRight, onlyFirst, onlySecond, bothWrong });
          if (low <= c - b && c - b <= high) covered += Math.exp(log);
        }
      }
    }
    assert.ok(a > 0 && covered > 0.93 && covered < 0.98, String(covered));
  });

  test("it is everything for no cases", () => {
    const none = { bothRight: 0, onlyFirst: 0, onlySecond: 0, bothWrong: 0 };
    assert.deepEqual(pairedDifference(none), { difference: 0, low: -1, high: 1 });
  });
});
