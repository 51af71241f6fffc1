import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parseCase, scoreCase } from "@bullpen/evaluation";
import { ROOT } from "../testing/run-app.js";
import { COMPUTED } from "./everyday-answers.js";
import { makeHeldOutSet } from "./held-out-set.js";
import { overlapOf, readTrainedPhrasings } from "./trained-phrasings.js";

const FOLDER = join(ROOT, "evaluation");
const linesOf = (name: string) => readFileSync(join(FOLDER, name), "utf8").trimEnd().split("\n");
const casesOf = (name: string) => linesOf(name).map(parseCase);

/** What the check says of an answer. */
async function isRight(line: string, answer: string): Promise<boolean> {
  const generation = {
    query_id: null,
    answer,
    finish_reason: "stop",
    forced: false,
    error: null,
    steps: [],
    turns: 1,
    prompt_tokens: 1,
    completion_tokens: 1,
    generation_ms: 1,
    duration_ms: 1,
  };
  return (await scoreCase(parseCase(line), generation, undefined)).outcome === "right";
}

describe("the held-out set", () => {
  test("it is what its generator makes: 400 cases, and the documents that they search", () => {
    const { lines, documents } = makeHeldOutSet();
    assert.equal(lines.length, 400);
    assert.deepEqual(linesOf("held-out.jsonl"), lines);
    assert.deepEqual(readdirSync(join(FOLDER, "documents")).sort(), [...documents.keys()].sort());
    for (const [name, text] of documents) {
      assert.equal(readFileSync(join(FOLDER, "documents", name), "utf8"), text);
    }
  });

  test("no two cases ask the same, and no look-up has two answers", () => {
    const cases = casesOf("held-out.jsonl");
    assert.equal(new Set(cases.map(({ question }) => question)).size, cases.length);
    const documents = readdirSync(join(FOLDER, "documents")).map((name) =>
      readFileSync(join(FOLDER, "documents", name), "utf8"),
    );
    for (const { question, answer } of cases.filter((each) => each.class === "look-up")) {
      const place = /the (\w+ [A-Z]\w+)/.exec(question)?.[1] ?? "?";
      const about = documents.filter((text) => text.includes(place));
      assert.equal(about.length, 1, question);
      assert.ok(about[0]?.includes(String(answer)), question);
    }
    for (const { question } of cases.filter((each) => each.class === "nothing to find")) {
      const place = /the (\w+ [A-Z]\w+)/.exec(question)?.[1] ?? "?";
      assert.ok(!documents.some((text) => text.includes(place)), question);
    }
  });

  test("its checks tell right answers from wrong ones", async () => {
    for (const line of linesOf("held-out.jsonl")) {
      const { answer, check } = parseCase(line);
      const right =
        check.type === "regex" ? "I could not find an answer to this." : `The answer is ${answer}.`;
      assert.ok(await isRight(line, right), line);
      const wrong = check.type === "numeric" ? `The answer is ${Number(answer) + 1}.` : "It is Zanzibar.";
      assert.ok(!(await isRight(line, wrong)), line);
    }
  });
});

describe("questions of the sets are never trained", () => {
  const trained = readTrainedPhrasings();

  test("the phrasings of the training data are read", () => {
    assert.ok(trained.length > 800, String(trained.length));
    for (const question of ["how much bigger is 7 than 3", "what do 12 and 7 add up to"]) {
      assert.equal(overlapOf(question, trained).share, 1, question);
    }
  });

  for (const name of ["held-out.jsonl", "everyday.jsonl"]) {
    test(`no phrasing of the training data makes a question of ${name}, or most of one`, () => {
      const close = casesOf(name).flatMap(({ question }) => {
        const { share, phrasing } = overlapOf(question, trained);
        return share >= 0.75 ? [`${share.toFixed(2)}: ${question} ~ ${phrasing}`] : [];
      });
      assert.deepEqual(close, []);
    });
  }
});

describe("the everyday questions", () => {
  const lines = linesOf("everyday.jsonl");

  test("there are 60, each with an answer that is computed", () => {
    assert.equal(lines.length, 60);
    assert.deepEqual(
      lines.map((line) => parseCase(line).id),
      Object.keys(COMPUTED),
    );
  });

  for (const line of lines) {
    const { id } = parseCase(line);
    test(`the computed answer is right by its check, and another is not: ${id}`, async () => {
      const answer = COMPUTED[id]?.() ?? "";
      assert.ok(await isRight(line, `It is ${answer}.`), String(answer));
      assert.ok(
        !(await isRight(line, typeof answer === "number" ? `It is ${answer * 3 + 1}.` : "It is Zanzibar.")),
      );
    });
  }
});
