const FENCE = "```";
/** The first line of a fenced block: the fence and, mostly, the language's name. */
const OPENING_LINE = /^```[\w+-]*[ \t\r]*$/;

/**
 * The program without what is no Python around it: a Markdown fence, blank lines, a lone line's indent.
 * A model wrote the input on behalf of strangers, so each step looks at each character once.
 */
export function programSource(input: string): string {
  const source = withoutBlankLines(withoutFence(input)).trimEnd();
  return source.includes("\n") ? source : source.trim();
}

function withoutFence(input: string): string {
  const text = input.trim();
  const lineEnd = text.indexOf("\n");
  const isFenced = lineEnd > 0 && text.startsWith(FENCE) && text.endsWith(FENCE);
  // A line of a megabyte is no opening line, whatever is in it.
  if (!isFenced || lineEnd > 100 || !OPENING_LINE.test(text.slice(0, lineEnd))) return input;
  return text.slice(lineEnd + 1, -FENCE.length);
}

/** Without the blank lines that it begins with, and without a byte order mark. */
function withoutBlankLines(text: string): string {
  let start = 0;
  for (let at = 0; at < text.length && " \t\r\n\ufeff".includes(text.charAt(at)); at++) {
    const isLineEnd = text.charAt(at) === "\n";
    if (isLineEnd || (at === start && text.charAt(at) === "\ufeff")) start = at + 1;
  }
  return text.slice(start);
}
