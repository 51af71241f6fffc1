import { wilsonInterval } from "../statistics/wilson-interval.js";
import type { ScoredCase, Summary, Tally } from "./result-schema.js";

/** Prices for a million tokens, in any currency. */
interface Prices {
  readonly input: number;
  readonly output: number;
}

/** Tokens of all queries of a run, failed ones among them. */
interface TokenUsage {
  readonly input: number;
  readonly output: number;
}

interface SummarizeOptions {
  readonly prices?: Prices | undefined;
  /** Default: the tokens of the cases that were answered. */
  readonly usage?: TokenUsage | undefined;
}

const PER_PRICE = 1_000_000;

/** Counts scored cases, together and by class. */
export function summarize(cases: readonly ScoredCase[], { prices, usage }: SummarizeOptions = {}): Summary {
  const classes = groupBy(cases, (each) => each.class);
  const failed = cases.filter(({ outcome }) => outcome === "failed");
  const codes = groupBy(failed, ({ generation }) => generation.error?.code ?? "no_answer");
  const tally = tallyOf(cases);
  const tokens = usage ?? { input: tally.prompt_tokens, output: tally.completion_tokens };
  return {
    ...tally,
    prompt_tokens: tokens.input,
    completion_tokens: tokens.output,
    by_class: Object.fromEntries([...classes].map(([name, some]) => [name, tallyOf(some)])),
    failures: Object.fromEntries([...codes].map(([code, some]) => [code, some.length])),
    cost: prices ? costOf(tokens, prices) : null,
  };
}

/** In the order in which the groups first come. */
function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

function tallyOf(cases: readonly ScoredCase[]): Tally {
  const count = (outcome: ScoredCase["outcome"]) => cases.filter((each) => each.outcome === outcome).length;
  const sum = (pick: (each: ScoredCase) => number) => cases.reduce((total, each) => total + pick(each), 0);
  const [right, wrong] = [count("right"), count("wrong")];
  return {
    total: cases.length,
    right,
    wrong,
    failed: count("failed"),
    unjudged: count("unjudged"),
    accuracy: right + wrong === 0 ? null : right / (right + wrong),
    interval: wilsonInterval(right, right + wrong),
    turns_mean: cases.length === 0 ? 0 : sum(({ generation }) => generation.turns) / cases.length,
    tool_calls: sum(({ generation }) => generation.steps.length),
    tool_errors: sum(({ generation }) => generation.steps.filter(({ is_error }) => is_error === true).length),
    guard_events: sum(guardEvents),
    cut: sum((each) => (isCut(each) ? 1 : 0)),
    prompt_tokens: sum(({ generation }) => generation.prompt_tokens ?? 0),
    completion_tokens: sum(({ generation }) => generation.completion_tokens ?? 0),
    duration_ms_median: median(cases.flatMap(({ generation }) => generation.duration_ms ?? [])),
  };
}

/** Steps that a guard of the agent's loop marked, and an answer that a limit demanded. */
function guardEvents({ generation }: ScoredCase): number {
  const marked = generation.steps.filter((step) => step.guard !== undefined && step.guard !== null);
  return marked.length + (generation.forced ? 1 : 0);
}

/** Whether a limit cut the answer off. An answer that a limit demanded is whole. */
function isCut({ generation }: ScoredCase): boolean {
  return generation.answer !== null && generation.finish_reason === "length" && !generation.forced;
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

function costOf({ input, output }: TokenUsage, prices: Prices): NonNullable<Summary["cost"]> {
  const [forInput, forOutput] = [(input * prices.input) / PER_PRICE, (output * prices.output) / PER_PRICE];
  return {
    input: forInput,
    output: forOutput,
    total: forInput + forOutput,
    price_in: prices.input,
    price_out: prices.output,
  };
}
