const FENCE = "```";
/** The first line of a fenced block: the fence and usually the name of the language. */
const OPENING_LINE = /^```[\w+-]*[ \t\r]*$/;

/**
 * Strips what is not Python: a Markdown fence, blank lines at the start and the end, the indent of a single line.
 * The input is untrusted, so each step reads each character once.
 */
export function programSource(input: string): string {
  const source = withoutBlankLines(withoutFence(input)).trimEnd();
  return source.includes("\n") ? source : source.trim();
}

/** Far longer than any language's name; a line of a megabyte is not tried against the expression. */
const MAX_OPENING_LINE = 100;

function withoutFence(input: string): string {
  const text = input.trim();
  const lineEnd = text.indexOf("\n");
  const isFenced = lineEnd > 0 && text.startsWith(FENCE) && text.endsWith(FENCE);
  if (!isFenced || lineEnd > MAX_OPENING_LINE || !OPENING_LINE.test(text.slice(0, lineEnd))) return input;
  return text.slice(lineEnd + 1, -FENCE.length);
}

/** Strips blank lines at the start, and a byte order mark. */
function withoutBlankLines(text: string): string {
  let start = 0;
  for (let at = 0; at < text.length && " \t\r\n\ufeff".includes(text.charAt(at)); at++) {
    const isLineEnd = text.charAt(at) === "\n";
    if (isLineEnd || (at === start && text.charAt(at) === "\ufeff")) start = at + 1;
  }
  return text.slice(start);
}
