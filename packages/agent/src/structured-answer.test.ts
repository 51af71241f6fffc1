import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  agentJobSchema,
  BUILT_IN_TOOLS,
  type GuardEvent,
  guardsSchema,
  limitsSchema,
  type Observation,
  type ResponseFormat,
  type Step,
  type Turn,
} from "@bullpen/contracts";
import { AnswerStream } from "./answer-stream.js";
import { buildMessages, buildPlainMessages } from "./build-messages.js";
import { nextMove } from "./next-move.js";
import { isSaidByGrammar } from "./structured-answer.js";
import { turnConstraint } from "./turn-constraint.js";

const schema = {
  type: "object",
  properties: { town: { type: "string" }, degrees: { type: "number", minimum: -90 } },
  required: ["town", "degrees"],
  additionalProperties: false,
};
const STRICT: ResponseFormat = { name: "weather", schema, strict: true };
const FITS = '{ "town": "Oslo",\n"degrees": -3.50 }';
const MISFIT = '{"town": "Oslo", "degrees": -100}';

interface Given {
  readonly format?: ResponseFormat;
  readonly plain?: boolean;
  readonly maxSteps?: number;
}

function move(steps: readonly Step[], { format = STRICT, plain = false, maxSteps = 10 }: Given = {}) {
  const rules = {
    limits: limitsSchema.parse({ max_steps: maxSteps }),
    guards: guardsSchema.parse({}),
    format,
  };
  const toolbox = { tools: plain ? [] : BUILT_IN_TOOLS, missing: [] };
  return nextMove({ steps, end: undefined }, rules, toolbox);
}

function step(text: string, more: Partial<Turn> = {}, observation?: string): Step {
  const usage = { prompt_tokens: 5, cached_tokens: 0, completion_tokens: 10 };
  const seen: Observation | undefined =
    observation === undefined ? undefined : { observation, is_error: true, duration_ms: 0 };
  return { turn: { text, finish_reason: "stop", usage, duration_ms: 1, ...more }, observation: seen };
}

/** A turn that is the answer, given as its JSON. */
function answer(json: string, more?: Partial<Turn>, observation?: string): Step {
  return step(`"Final Answer",\n"input": ${json}\n}`, more, observation);
}

function outcome(...parameters: Parameters<typeof move>) {
  const next = move(...parameters);
  assert.equal(next.type, "finish", JSON.stringify(next));
  return next.type === "finish" ? next.outcome : undefined;
}

function codeOf(...parameters: Parameters<typeof move>) {
  const end = outcome(...parameters);
  return end?.status === "failed" ? end.error.code : end?.status;
}

describe("an answer that has to fit a schema", () => {
  test("is the JSON as it was written", () => {
    assert.deepEqual(outcome([answer(FITS)]), { status: "completed", answer: FITS });
    assert.deepEqual(outcome([step(FITS)], { plain: true }), { status: "completed", answer: FITS });
    for (const json of ["[1, 2]", "17", "null", '"text"', "1e2"]) {
      const format = { ...STRICT, schema: {} };
      assert.deepEqual(outcome([answer(json)], { format }), { status: "completed", answer: json });
    }
  });

  test("may come as a string that holds it, from a model that no grammar holds", () => {
    assert.deepEqual(outcome([answer(JSON.stringify(FITS))]), { status: "completed", answer: FITS });
  });

  test("is corrected once, and then the query fails", () => {
    for (const plain of [false, true]) {
      const misfit = plain ? step : answer;
      const told = move([misfit(MISFIT)], { plain });
      const observation = "Error: the answer does not fit its schema: degrees must be >= -90.";
      assert.equal(told.type, "observe");
      assert.ok(told.type === "observe" && told.result.observation.startsWith(observation));
      const corrected = misfit(MISFIT, {}, observation);
      const again = move([corrected], { plain });
      assert.ok(again.type === "generate" && again.isCorrection);
      assert.deepEqual(outcome([corrected, misfit(FITS)], { plain }), { status: "completed", answer: FITS });
      const end = outcome([corrected, misfit(MISFIT)], { plain });
      assert.ok(end?.status === "failed" && end.error.code === "schema_not_met");
      assert.match(end.error.message, /does not fit its schema: degrees must be >= -90\./);
    }
  });

  test("is delivered as it is where the format is not strict", () => {
    const format = { ...STRICT, strict: false };
    const corrected = answer(MISFIT, {}, "Error: …");
    assert.deepEqual(outcome([corrected, answer(MISFIT)], { format }), {
      status: "completed",
      answer: MISFIT,
    });
    assert.deepEqual(
      outcome([step('"Final Answer",\n"input": {"town": "Os', { finish_reason: "length" })], { format }),
      {
        status: "completed",
        answer: '{"town": "Os',
        finish_reason: "length",
      },
    );
  });

  test("fails when it is cut off, with the remedy", () => {
    const cut = step('"Final Answer",\n"input": {"town": "Os', { finish_reason: "length" });
    const end = outcome([cut]);
    assert.ok(end?.status === "failed" && end.error.code === "schema_not_met");
    assert.match(end.error.message, /cut off after 10 tokens.*Allow more \(max_tokens\)/);
    assert.equal(
      codeOf([step('{"town": "Os', { finish_reason: "length" })], { plain: true }),
      "schema_not_met",
    );
  });

  test("is not corrected beyond the limits", () => {
    assert.equal(codeOf([answer(MISFIT, { forced_by: "max_steps" })], { maxSteps: 1 }), "schema_not_met");
    assert.equal(codeOf([answer(MISFIT, { forced_by: "repeats" })]), "schema_not_met");
    const forced = outcome([answer(FITS, { forced_by: "max_steps" })], { maxSteps: 1 });
    assert.deepEqual(forced, { status: "completed", answer: FITS, forced_by: "max_steps" }, "it is whole");
  });

  test("leaves calls of tools as they are", () => {
    const call = step('"Calculator",\n"input": "output = 1"\n}');
    assert.equal(move([call]).type, "call_tool");
    const guard: GuardEvent = "repeated";
    const seen = { observation: "1", is_error: false, duration_ms: 0, guard };
    assert.equal(move([{ ...call, observation: seen }]).type, "generate");
  });
});

test("the constraint holds the answer to the schema, and a correction to the answer", () => {
  const job = agentJobSchema.parse({
    ...{ query: "?", model: "m", tools: ["Search"], response_format: STRICT },
    ...{ sampling: {}, limits: {} },
  });
  const toolbox = { tools: BUILT_IN_TOOLS, missing: [] };
  const inputs = (given: Parameters<typeof turnConstraint>[3]) =>
    turnConstraint(job, toolbox, { steps: [], end: undefined }, given).alternatives.map(
      (shape) => shape[1]?.value,
    );
  const json = { type: "json", schema };
  assert.deepEqual(inputs({}), [{ type: "string" }, { type: "string" }, json]);
  for (const given of [{ isCorrection: true }, { lastTurn: "max_steps" }] as const)
    assert.deepEqual(inputs(given), [json]);
});

test("the model is told the schema, and what was wrong with its answer", () => {
  const question = { query: "How cold is it?", system: "Be brief.", response_format: STRICT };
  const [told] = buildMessages(question, BUILT_IN_TOOLS, { steps: [], end: undefined });
  assert.match(
    told?.content ?? "",
    /"input" is the reply: a JSON value that fits this schema: \{"type":"object"/,
  );
  const steps = [step(MISFIT, {}, "Error: no.")];
  assert.deepEqual(buildPlainMessages({ ...question, prefill: "It is" }, { steps, end: undefined }), [
    {
      role: "system",
      content: `Be brief.\n\nReply with a JSON value that fits this schema: ${JSON.stringify(schema)}. Write nothing else.`,
    },
    { role: "user", content: "How cold is it?" },
    { role: "assistant", content: "It is" },
    { role: "user", content: "Go on." },
    { role: "assistant", content: MISFIT },
    { role: "user", content: "Error: no." },
  ]);
});

test("a JSON answer streams as it is written, without the white space around it", () => {
  for (const json of [FITS, '[{"a": "}"}, [ ]]', '"a \\" b"', "17"]) {
    for (const size of [1, 3, 1_000]) {
      const stream = new AnswerStream((name) => name === "Final Answer", "json");
      const turn = `"Final Answer",\n"input":  ${json} \n}`;
      const pieces = turn.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
      assert.equal(pieces.map((piece) => stream.push(piece)).join(""), json);
      assert.ok(stream.isWhole);
    }
  }
  const call = new AnswerStream((name) => name === "Final Answer", "json");
  assert.equal(call.push('"Search",\n"input": {"a": 1}\n}'), "");
  assert.equal(call.hasBegun, false);
});

test("an answer is shown while it is written only where a grammar says all of its schema", () => {
  const said = [
    { type: "object", properties: { minimum: { type: "integer", description: "x" } }, required: ["minimum"] },
    { anyOf: [{ $ref: "#/$defs/a" }, { type: "null" }], $defs: { a: { enum: [1, null] } } },
    { type: ["string", "null"] },
  ];
  const open = [
    { type: "integer", minimum: 0 },
    { type: "object", properties: { a: { pattern: "^a" } } },
    { $defs: { a: { format: "date" } }, $ref: "#/$defs/a" },
    { anyOf: [{ type: "string" }], enum: ["a"] },
    { type: "array", items: { not: {} } },
  ];
  for (const each of said) assert.ok(isSaidByGrammar(each), JSON.stringify(each));
  for (const each of open) assert.ok(!isSaidByGrammar(each), JSON.stringify(each));
});
