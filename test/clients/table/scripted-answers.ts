import { type Constraint, OBJECT_CLOSING, shapesOf } from "@bullpen/contracts";
import type { Script } from "@bullpen/llm/testing";
import { action, finalAnswer } from "../../testing/action.js";

/**
 * A model that says what the question quotes: `«get_weather {"town": "Oslo"}» «It is {result}.»` is a call of that tool,
 * if it may be called, and then the answer, with what the tool said. A question that quotes nothing is repeated.
 */
export const sayWhatIsQuoted: Script = ({ messages, primer, constraint }) => {
  const asked = messages.findLastIndex(({ content }) => content.includes("«"));
  const question =
    messages[asked]?.content ?? messages.findLast(({ role }) => role === "user")?.content ?? "";
  const moves = [...question.matchAll(/«(.*?)»/gs)].map(([, text = ""]) => text);
  const results = messages.slice(asked + 1).filter(({ role }) => role === "tool");
  const move = moves[Math.min(results.length, moves.length - 1)] ?? `You said: ${question}`;
  const [, name = "", input] = /^([\w-]+) (\{.*\})$/s.exec(move) ?? [];
  if (input !== undefined && mayCall(constraint, name)) return action(name, JSON.parse(input));
  const answer = move.replace("{result}", () => results.map(({ content }) => content).join(", "));
  if (primer === "") return answer;
  return answersInJson(constraint)
    ? `"Final Answer",\n"input": ${answer}${OBJECT_CLOSING}`
    : finalAnswer(answer);
};

function mayCall(constraint: Constraint | undefined, name: string): boolean {
  return shapeNamed(constraint, name) !== undefined;
}

function answersInJson(constraint: Constraint | undefined): boolean {
  return shapeNamed(constraint, "Final Answer")?.[1]?.value.type === "json";
}

function shapeNamed(constraint: Constraint | undefined, name: string) {
  return shapesOf(constraint)?.find(([tool]) => tool?.value.type === "constant" && tool.value.text === name);
}
