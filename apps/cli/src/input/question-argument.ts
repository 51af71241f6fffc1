/** Options of `bullpen query` that are followed by a value. */
const WITH_VALUE = new Set(["--model", "--url"]);

/**
 * The arguments with a question that begins with a dash (`-40 plus 2 is?`) put after `--`, where
 * nothing is read as an option. A word is a question when it holds a space, or no letter after the dash.
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
