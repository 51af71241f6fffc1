import type { QueryParameters, QueryView, TranscriptView } from "@bullpen/client";

/** Numbers that a query may be given, with what they are called on the page. */
export const NUMBERS = [
  { name: "temperature", label: "Temperature", min: 0, max: 2, step: "any" },
  { name: "top_p", label: "Top p", min: 0, max: 1, step: "any" },
  { name: "seed", label: "Seed", min: -1, max: undefined, step: "1" },
  { name: "votes", label: "Votes", min: 1, max: 16, step: "1" },
  { name: "max_steps", label: "Most turns", min: 1, max: 200, step: "1" },
  { name: "max_tokens", label: "Most tokens a turn", min: 1, max: undefined, step: "1" },
  { name: "max_total_tokens", label: "Most tokens in all", min: 1, max: 200_000, step: "1" },
  { name: "timeout_seconds", label: "Timeout in seconds", min: 1, max: 2_592_000, step: "any" },
] as const;

type NumberName = (typeof NUMBERS)[number]["name"];

/** What is asked for besides question and model; what is left out is as the server has it. */
export interface QueryOptions {
  readonly tools?: readonly string[] | undefined;
  readonly numbers: Readonly<Partial<Record<NumberName, string>>>;
}

export const NO_OPTIONS: QueryOptions = { numbers: {} };

/**
 * What a query was run with.
 *
 * @param known the server's tools: functions of a caller's own cannot be named again.
 */
export function optionsOf(
  { tools, sampling, limits }: TranscriptView,
  { votes }: QueryView,
  known: readonly string[],
): QueryOptions {
  const { temperature, top_p, seed } = sampling;
  const values = { temperature, top_p, seed, votes: votes?.requested, ...limits };
  const numbers = NUMBERS.flatMap(({ name }) => {
    const value = values[name];
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  return { tools: tools.filter((tool) => known.includes(tool)), numbers: Object.fromEntries(numbers) };
}

/** The options as a request has them. */
export function toParameters({ tools, numbers }: QueryOptions): Partial<QueryParameters> {
  const given = Object.entries(numbers).flatMap(([name, text]) =>
    text.trim() === "" ? [] : [[name, Number(text)] as const],
  );
  return { ...(tools && { tools: [...tools] }), ...Object.fromEntries(given) };
}
