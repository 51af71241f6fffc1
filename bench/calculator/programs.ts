/** A program of a benchmark, and what must come of it. */
export interface BenchmarkProgram {
  readonly source: string;
  readonly expected: string;
}

/** One line of arithmetic, another one for every number, so that nobody gains by remembering. */
export function arithmetic(number: number): BenchmarkProgram {
  return { source: `output = ${number} * 9443 + 17`, expected: String(number * 9443 + 17) };
}

/** What asks for more of the standard library than a calculator usually does. */
export function withImports(number: number): BenchmarkProgram {
  return {
    source: [
      "import statistics",
      "import datetime",
      `mean = statistics.mean([${number}, ${number} + 1, ${number} + 5])`,
      `output = (mean, datetime.date(2024, 1, 1) + datetime.timedelta(days=${number % 28}))`,
      "output = f'{output[0]} {output[1]}'",
    ].join("\n"),
    expected: `${number + 2} 2024-01-${String((number % 28) + 1).padStart(2, "0")}`,
  };
}
