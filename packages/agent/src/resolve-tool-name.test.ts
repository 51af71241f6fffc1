import assert from "node:assert/strict";
import { test } from "node:test";
import { describeUnknownTool, isAnswerName, resolveToolName } from "./resolve-tool-name.js";

const TOOLS = ["Calculator", "Search", "maps.get route", "read_file", "read-file", "天气"];

test("a name that differs in spelling alone is the tool's", () => {
  const meant: [written: string, name: string | undefined][] = [
    ["Calculator", "Calculator"],
    [" calculator ", "Calculator"],
    ["functions.Calculator", "Calculator"],
    ["tool:calculator", "Calculator"],
    ["Calculator()", "Calculator"],
    ["maps.get_route", "maps.get route"],
    ["maps.getRoute", "maps.get route"],
    ["read_file", "read_file"],
    ["天气", "天气"],
  ];
  for (const [written, name] of meant) assert.equal(resolveToolName(written, TOOLS), name, written);
});

test("a name that is only similar, or could be two tools', is none's", () => {
  for (const written of [
    "Calculater",
    "Calculators",
    "Python",
    "get_route",
    "readfile",
    "read file",
    "",
    "_",
    "天",
  ])
    assert.equal(resolveToolName(written, TOOLS), undefined, written);
});

test("names under which models answer are told from names of tools", () => {
  const answers =
    "Answer,final_answer,FINAL ANSWER,Final Response,Response,reply,None,null,N/A,No Tool,no_tool_needed,directAnswer,answer_user,Chat,";
  for (const name of answers.split(",")) assert.ok(isAnswerName(name), name);
  for (const name of [
    "Python",
    "Oracle",
    "send_message",
    "search_results",
    "answer_engine",
    "to",
    "天气",
    "calc",
    "tool",
  ])
    assert.ok(!isAnswerName(name), name);
});

test("a model that names an unknown tool is told the known ones and the similar one", () => {
  const advice = (written: string) => /Did you mean "([^"]+)"/.exec(describeUnknownTool(written, TOOLS))?.[1];
  assert.equal(advice("Calculater"), "Calculator");
  assert.equal(advice("calc"), "Calculator");
  assert.equal(advice("serch"), "Search");
  assert.equal(advice("getroute"), "maps.get route");
  assert.equal(advice("Python"), undefined);
  const long = describeUnknownTool("x".repeat(1_000_000), TOOLS);
  assert.ok(long.length < 500);
  for (const name of TOOLS) assert.ok(long.includes(JSON.stringify(name)));
});
