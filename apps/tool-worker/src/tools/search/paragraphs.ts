import { basename, extname } from "node:path";

/** A part of a document that can answer a question by itself. */
export interface Paragraph {
  /** The document's title and the headings above the paragraph, outermost first. */
  readonly context: readonly string[];
  readonly text: string;
}

/** The marks of a heading, and its text. */
const HEADING = /^(#{1,6})\s+(\S.*)?$/;

/**
 * Splits a Markdown or plain text at blank lines. A heading is not a paragraph but the context of the paragraphs that
 * follow, until a heading of the same rank.
 *
 * @param path names the document if it has no heading
 */
export function splitParagraphs(path: string, document: string): Paragraph[] {
  const title = basename(path, extname(path)).replace(/[-_]+/g, " ");
  const headings: { rank: number; text: string }[] = [];
  const paragraphs: Paragraph[] = [];
  for (const block of document.replace(/\r\n?/g, "\n").split(/\n\s*\n/)) {
    const lines: string[] = [];
    for (const line of block.split("\n").map((each) => each.trim())) {
      const heading = HEADING.exec(line);
      if (!heading) {
        if (line) lines.push(line);
        continue;
      }
      const rank = heading[1]?.length ?? 1;
      while (rank <= (headings.at(-1)?.rank ?? 0)) headings.pop();
      headings.push({ rank, text: withoutClosingMarks(heading[2] ?? "") });
    }
    if (lines.length === 0) continue;
    const context = headings.map((heading) => heading.text);
    paragraphs.push({ context: context.length > 0 ? context : [title], text: lines.join("\n") });
  }
  return paragraphs;
}

/** `Title ##` is a heading called `Title`. */
function withoutClosingMarks(heading: string): string {
  let end = heading.length;
  while (heading.charAt(end - 1) === "#") end--;
  return heading.slice(0, end).trimEnd();
}
