const CHARACTER = String.raw`[^"\\\x00-\x1F\x7F]`;

/** The rule of a string of any length, in its line of a grammar. */
const STRING = String.raw`
string ::= "\"" char* "\""
`;
/** The same strings: what may follow a character is decided by one rule, which calls itself last. */
const STRING_FOR_XGRAMMAR = String.raw`
string ::= "\"" string-rest
string-rest ::= "\"" | ${CHARACTER} string-rest | "\\" escape string-rest
`;
/** A string of a number of characters. No literal of a grammar can hold this text: quotes are escaped there. */
const BOUNDED = /"\\"" char(\{\d*,\d*\}) "\\""/g;

/**
 * A grammar as xgrammar, which vLLM and SGLang hold to grammars with, is quick at. A repeated alternative makes it try the
 * whole vocabulary at each token of a string: 64 turns generate 25 times slower, and a bounded repetition takes seconds a
 * token. So strings are written by a rule that calls itself, and those of bounded length without escapes, as xgrammar's own
 * grammars of JSON schemas have them.
 */
export function forXgrammar(grammar: string): string {
  return grammar
    .replace(STRING, () => STRING_FOR_XGRAMMAR)
    .replaceAll(BOUNDED, (_, bounds) => String.raw`"\"" ${CHARACTER}${bounds} "\""`);
}
