import type { Observation } from "@bullpen/contracts";

export interface ArithmeticQuery {
  readonly text: string;
  readonly answer: number;
}

const PHRASINGS: readonly ((a: number, b: number) => string)[] = [
  (a, b) => `what is ${a} times ${b}?`,
  (a, b) => `Hi there, can you tell me what ${a} multiplied by ${b} is?`,
  (a, b) => `How many screws are in ${a} boxes with ${b} screws each?`,
];

/** A question that takes one call of the calculator. */
export function arithmeticQuery(index: number): ArithmeticQuery {
  const a = 113 + ((index * 7_919) % 9_871);
  const b = 12 + ((index * 31) % 977);
  const phrase = PHRASINGS[index % PHRASINGS.length] ?? String;
  return { text: phrase(a, b), answer: a * b };
}

/** The calculator of both sides: at once, because tools are not what is measured. */
export function calculate(program: string): Observation {
  const [, a, b] = /output = (\d+) ?\* ?(\d+)/.exec(program) ?? [];
  const observation = a && b ? String(Number(a) * Number(b)) : "Error: the stub multiplies two numbers only";
  return { observation, is_error: !a, duration_ms: 0 };
}
