/** Text of a page. Only {@link html} and {@link raw} make it, so nothing reaches a page without being escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | readonly Html[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A template of HTML. What is filled in is text, unless it is {@link Html} itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, i) => text + filled(parts[i] ?? "")).join(""));
}

function filled(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(({ text }) => text).join("");
  return escaped(String(part));
}

/** Escapes what is markup, and shows control characters, which HTML does not allow, as replacement characters. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (unit) => ESCAPES[unit] ?? unit).replace(/(?![\t\n\r])\p{Cc}/gu, "\ufffd");
}
