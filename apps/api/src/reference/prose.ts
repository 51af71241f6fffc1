import { type Html, html } from "@bullpen/base";

/** Paragraphs apart by blank lines, with code between backquotes. */
export function prose(text: string): Html[] {
  return text.split("\n\n").map((paragraph) => html`<p>${inline(paragraph)}</p>`);
}

/** Code between backquotes. */
export function inline(text: string): Html[] {
  return text.split("`").map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}
