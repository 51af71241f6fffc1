import assert from "node:assert/strict";
import { test } from "node:test";
import { demoConstraint } from "../testing/demo-protocol.js";
import { toContinuation, toReply } from "./object-text.js";

const SHAPE = demoConstraint().fallback;

const CONTINUATION = '"Search", "input": "a } b"}';

test("a reply is recorded as what follows the primer, whatever surrounds it", () => {
  const replies = [
    `{"tool_name": ${CONTINUATION}`,
    `\n{\n  "tool_name" : ${CONTINUATION}\n`,
    `\`\`\`json\n{"tool_name": ${CONTINUATION}\n\`\`\``,
    `\`\`\`\n{"tool_name":${CONTINUATION}`,
  ];
  for (const reply of replies) assert.equal(toContinuation(reply, SHAPE), CONTINUATION);
});

test("the order of keys does not matter", () => {
  assert.equal(toContinuation('{"input": "x", "tool_name": "Search"}', SHAPE), '"Search",\n"input": "x"\n}');
});

test("a reply that is cut off or does not fit keeps its text", () => {
  assert.equal(toContinuation('{"tool_name": "Search", "input": "a', SHAPE), '"Search", "input": "a');
  for (const reply of ["I think it is 7.", '{"name": "x"}', ""])
    assert.equal(toContinuation(reply, SHAPE), reply);
});

test("its work grows linearly with the reply, whatever the model fills it with", () => {
  const fillers = [" ", "\n", "\t ", "`", "```", "```json", "{", '"', "\\", "}", "x "];
  const openings = ["```json\n{", "```", "", '{"tool_name": "a', '{ "input": '];
  for (const filler of fillers)
    for (const opening of openings) {
      const run = filler.repeat(300_000 / filler.length);
      const reply = `${opening}${run}x${run}y`;
      assert.ok(toReply(toContinuation(reply, SHAPE), SHAPE).length > 500_000);
    }
});

test("the next prompt shows the model its own text", () => {
  for (const reply of [`{"tool_name": ${CONTINUATION}`, "I think it is 7."])
    assert.equal(toReply(toContinuation(reply, SHAPE), SHAPE), reply);
});
