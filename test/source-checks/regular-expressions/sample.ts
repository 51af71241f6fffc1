import type { AST } from "@eslint-community/regexpp";

/** What a class of characters holds, tried in this order. */
const CANDIDATES = [..." \ta0A-_./\"'=:;,<>[](){}?&#@!|\\~+*é日あア한ก\n\r\u00a0\u2028"];

/** A short text that an element matches, as far as that shows without its surroundings. */
export function sampleOf(element: AST.Element): string {
  switch (element.type) {
    case "Character":
      return String.fromCodePoint(element.value);
    case "CharacterClass":
    case "CharacterSet":
    case "ExpressionCharacterClass": {
      const one = new RegExp(`^${element.raw}$`, element.type === "ExpressionCharacterClass" ? "v" : "su");
      return CANDIDATES.find((candidate) => one.test(candidate)) ?? "a";
    }
    case "Group":
    case "CapturingGroup":
      return (element.alternatives[0]?.elements ?? []).map(sampleOf).join("");
    case "Quantifier":
      return sampleOf(element.element).repeat(Math.max(element.min, element.max > 0 ? 1 : 0));
    default:
      return "";
  }
}
