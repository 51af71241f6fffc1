const QUOTES = "\"'“”‘’«»`*";

export interface ComparableTextOptions {
  /** Default: false. */
  readonly case_sensitive?: boolean | undefined;
  /** Leaves out punctuation and the articles a, an, the, as SQuAD's and HotpotQA's own scorers do. Default: false. */
  readonly ignore_punctuation?: boolean | undefined;
}

/** A text without what two writers of the same answer vary: the form of characters, case and white space. */
export function comparableText(text: string, options: ComparableTextOptions = {}): string {
  const { case_sensitive, ignore_punctuation } = options;
  let plain = text.normalize("NFKC");
  if (!case_sensitive) plain = plain.toLowerCase();
  if (ignore_punctuation) plain = plain.replace(/[\p{P}\p{S}]/gu, "").replace(/\b(?:a|an|the)\b/gi, " ");
  return plain
    .split(/\s/)
    .filter((word) => word !== "")
    .join(" ");
}

/** A text without outer quotation marks and a full stop. */
export function withoutQuotes(text: string): string {
  let [start, end] = [0, text.length];
  const isOuter = (unit: string | undefined) => unit !== undefined && QUOTES.includes(unit);
  while (start < end && isOuter(text[start])) start++;
  while (end > start && (isOuter(text[end - 1]) || text[end - 1] === ".")) end--;
  return text.slice(start, end);
}
