export interface BannedWord {
  /** Matched line by line, also across the identifiers of code: so exact that it gives no false alarm. */
  readonly pattern: RegExp;
  readonly better: string;
}

/** Words of another century, or that say less than the field's own. */
export const BANNED: readonly BannedWord[] = [
  { pattern: /\banew\b/i, better: "again" },
  { pattern: /\bfor ever\b/i, better: "forever" },
  { pattern: /\bmend(?:s|ed|ing)?\b/i, better: "fix, correct" },
  { pattern: /\b(?:in hand\b(?! over)|under hand\b)/i, better: "active" },
  { pattern: /\bgo(?:es)? before\b/i, better: "take precedence over, precede" },
  { pattern: /\b(?:puts? down|put (?:it|them) down|lets? go of|letting go of)\b/i, better: "release" },
  { pattern: /\bthe operator's to\b/i, better: "the operator must" },
  {
    pattern: /\b(?:that|which|what|it|they|who|records?|objects?) stands?\b(?! (?:for|in for)\b)/i,
    better: "exists, is stored",
  },
  {
    pattern:
      /\bstands? (?:in|on|there|before|behind|once|under|above|between|beside|here|at|first|already|now|still)\b(?! for\b)/i,
    better: "is stored, is written, exists, is blocked",
  },
  { pattern: /\bstood (?:in|on|there|still|before|behind)\b/i, better: "was stored, was blocked" },
  {
    pattern:
      /\b(?:goes|go|went|come|comes|came|begins?|ends?|waits?|follows?|placed|runs?|queues?) behind\b/i,
    better: "after",
  },
  {
    pattern: /\b(?:each|every|one|a|the|first|last|next|another) look (?:at|costs|proves|finds|is|of)\b/i,
    better: "check, read",
  },
  {
    pattern:
      /\b(?:whereof|whereby|wherein|thereof|therein|hitherto|aught|nought|unto|lest|whilst|betwixt|wont to)\b/i,
    better: "a plain word",
  },
];
