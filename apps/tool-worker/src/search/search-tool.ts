import { SEARCH, type ToolResult, toolFailure } from "@bullpen/contracts";
import type { Tool } from "../tool.js";
import { SearchFailedError, type SearchProvider, type SearchResult } from "./search-provider.js";

export interface SearchToolOptions {
  readonly provider: SearchProvider;
  /** Characters kept of each result. Default 400. */
  readonly maxBodyCharacters?: number;
}

/** A phrase longer than this finds nothing anywhere; the model has put in something else. */
const MAX_PHRASE_CHARACTERS = 400;

/** The Search: the bodies of the best results, each on one line, with a line `---` between them. */
export function createSearchTool({ provider, maxBodyCharacters = 400 }: SearchToolOptions): Tool {
  async function run(input: string, signal: AbortSignal): Promise<ToolResult> {
    signal.throwIfAborted();
    const phrase = onOneLine(input);
    if (!phrase) return toolFailure("the search phrase is empty.");
    if (phrase.length > MAX_PHRASE_CHARACTERS) {
      return toolFailure(`the search phrase is longer than ${MAX_PHRASE_CHARACTERS} characters.`);
    }
    let results: SearchResult[];
    try {
      results = await provider.search(phrase, signal);
    } catch (error) {
      if (error instanceof SearchFailedError) return toolFailure(`the search failed: ${error.message}`);
      throw error;
    }
    const bodies = results.map(({ body }) => cutAtWord(onOneLine(body), maxBodyCharacters)).filter(Boolean);
    return { observation: bodies.join("\n---\n") || "No results found.", is_error: false };
  }

  return { definition: SEARCH, run, close: async () => {} };
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** At most `limit` characters, the ellipsis included; a single word that is longer is cut inside. */
function cutAtWord(text: string, limit: number): string {
  const characters = [...text];
  if (characters.length <= limit) return text;
  const head = characters.slice(0, limit - 1).join("");
  const space = characters[limit - 1] === " " ? head.length : head.lastIndexOf(" ");
  return `${(space > 0 ? head.slice(0, space) : head).trimEnd()}…`;
}
