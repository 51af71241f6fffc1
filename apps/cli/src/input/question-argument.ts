/** Words of `bullpen query` that take a value behind them. */
const WITH_VALUE = new Set(["--model", "--url"]);

/**
 * The arguments with a question that begins with a dash (`-40 plus 2 is?`) put behind `--`, where no
 * option is looked for: what holds a space, or no letter behind the dash, is no option.
 */
export function questionArgument(args: readonly string[]): string[] {
  const [command, ...rest] = args;
  if (command !== "query" || rest.includes("--")) return [...args];
  const isQuestion = (word: string, i: number) =>
    /^-(?:[^-A-Za-z]|.*\s)/s.test(word) && !WITH_VALUE.has(rest[i - 1] ?? "") && !/^--\w+=/.test(word);
  const questions = rest.filter(isQuestion);
  if (questions.length === 0) return [...args];
  return [command, ...rest.filter((word, i) => !isQuestion(word, i)), "--", ...questions];
}
