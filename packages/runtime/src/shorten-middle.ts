/** A text of at most `length` characters and the mark of what is left out: its end, where the remedy is, is kept. */
export function shortenMiddle(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = Math.floor(length / 3);
  return `${text.slice(0, length - end).toWellFormed()} … ${text.slice(-end).toWellFormed()}`;
}
