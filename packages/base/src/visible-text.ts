/** Characters that change how the text around them is shown, and would hide what it says. */
const DECEIVING: Readonly<Record<string, string>> = {
  "\u202a": "⟨LRE⟩",
  "\u202b": "⟨RLE⟩",
  "\u202c": "⟨PDF⟩",
  "\u202d": "⟨LRO⟩",
  "\u202e": "⟨RLO⟩",
  "\u2066": "⟨LRI⟩",
  "\u2067": "⟨RLI⟩",
  "\u2068": "⟨FSI⟩",
  "\u2069": "⟨PDI⟩",
  "\u200b": "⟨ZWSP⟩",
  "\ufeff": "⟨BOM⟩",
};

/** Where Unicode has pictures of the control characters. */
const PICTURES = 0x2400;
const DELETE_PICTURE = "\u2421";

/**
 * A text that a stranger wrote, with what cannot be seen made visible: control characters, such as those of terminal
 * colours, as their pictures, and overrides of the direction by their names. Line breaks and tabs stay.
 */
export function visibleText(text: string): string {
  let shown = "";
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const picture = isLineEnd(text, at) ? undefined : pictureOf(text.charCodeAt(at), text[at] ?? "");
    if (picture === undefined) continue;
    shown += text.slice(from, at) + picture;
    from = at + 1;
  }
  return shown + text.slice(from);
}

function isLineEnd(text: string, at: number): boolean {
  return text[at] === "\r" && text[at + 1] === "\n";
}

function pictureOf(code: number, character: string): string | undefined {
  if (code < 0x20)
    return character === "\n" || character === "\t" ? undefined : String.fromCharCode(PICTURES + code);
  if (code === 0x7f) return DELETE_PICTURE;
  if (code >= 0x80 && code < 0xa0) return `⟨U+00${code.toString(16).toUpperCase()}⟩`;
  return code >= 0x200b ? DECEIVING[character] : undefined;
}
