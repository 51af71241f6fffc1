import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { analyse } from "scslre";
import { ALLOWED, type Allowed } from "./allowed.js";
import { collectExpressions, type Found } from "./collect.js";
import { findAttack } from "./pump.js";

/** Why an expression must not see a text of a stranger's; undefined where it may. */
function problemOf(expression: RegExp | undefined): string | undefined {
  if (!expression) return "it is put together at run time and cannot be checked";
  const [report] = analyse(expression).reports;
  if (report) return `scslre says "${report.type}"${report.exponential ? ", exponential" : ""}`;
  const attack = findAttack(expression);
  return attack && `a text of ${attack} takes it more than linear time`;
}

function isAllowed({ file, text }: Found, allowed: Allowed): boolean {
  return allowed.file === file && text.startsWith(allowed.text);
}

describe("regular expressions take time that grows with a text's length alone", () => {
  const found = collectExpressions();

  test("all of the code's do, or are listed with the reason why they may not", () => {
    assert.ok(found.length > 150, "they are collected");
    const bad = found.flatMap((each) => {
      const problem = problemOf(each.expression);
      if (problem === undefined || ALLOWED.some((allowed) => isAllowed(each, allowed))) return [];
      return [`${each.file}: ${each.text.slice(0, 200)}: ${problem}`];
    });
    assert.deepEqual(bad, [], "write a scanner, bound the quantifier, or list it in allowed.ts");
  });

  test("what is listed is still there, and still needs it", () => {
    const needless = ALLOWED.filter(
      (allowed) =>
        !found.some((each) => isAllowed(each, allowed) && problemOf(each.expression) !== undefined),
    );
    assert.deepEqual(needless, []);
  });

  const SLOW = [
    /\s+$/,
    /^(.*?)\n?[ \t]*```\s*$/s,
    /a.*b/,
    /<link\b[^>]*href/,
    /inputs? (tokens )?.*must/,
    /:\/\/(.*)@/s,
    /redis[a-z+-]*$/i,
    /^(a+)+$/,
    /^(?:\w+\s?)*$/,
    /<[^>]*>/,
    /\d+%/,
    /x-[a-z-]*(?:key|token):/,
  ];
  for (const expression of SLOW) {
    test(`found to be slow: ${expression}`, () => assert.ok(problemOf(expression)));
  }
  for (const expression of [/^\s*x/, /[a-z]+/, /^"[^"]*"/, /a{1,9}b/, /[ab]*/, /(?<!\d)\d+%/, /^[\s\S]*$/]) {
    test(`found to be linear: ${expression}`, () => assert.equal(problemOf(expression), undefined));
  }
});
