import { createHash } from "node:crypto";
import { z } from "zod";

/**
 * Longest name of a tool, in characters. The Model Context Protocol allows 128 for the tool alone, and its
 * server's name comes before it.
 */
export const MAX_TOOL_NAME_LENGTH = 256;

/** A tool's name as the model writes it: any text that can be written as UTF-8. */
export const toolNameSchema = z
  .string()
  .min(1, "is empty")
  .max(MAX_TOOL_NAME_LENGTH, {
    error: ({ input }) =>
      `is ${typeof input === "string" ? input.length : "too many"} characters long; at most ${MAX_TOOL_NAME_LENGTH} are taken`,
  })
  .refine((name) => name.isWellFormed(), "holds half of a surrogate pair, which cannot be written as UTF-8");

/** Longest part of a queue's name that is there to be read. */
const SLUG_LENGTH = 64;

const DIGEST_LENGTH = 16;
const PLAIN = new RegExp(`^[a-z0-9][a-z0-9._-]{0,${SLUG_LENGTH - 1}}$`);
/** What follows the slug of a name that the slug does not say whole. A plain name may not end like this. */
const WITH_DIGEST = new RegExp(`--[0-9a-f]{${DIGEST_LENGTH}}$`);

/**
 * The part of a tool's queue that follows `tools.`: lower case, no colon, 82 characters at most. No two
 * names have the same. A name that is plain already is its own queue; of any other the queue has what can
 * be read of it and 64 bits of the SHA-256 of the whole.
 */
export function queueOfTool(name: string): string {
  if (PLAIN.test(name) && !WITH_DIGEST.test(name)) return name;
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, SLUG_LENGTH);
  const digest = createHash("sha256").update(name).digest("hex").slice(0, DIGEST_LENGTH);
  return `${slug || "tool"}--${digest}`;
}

/**
 * The name among `names` that somebody means who wrote `written`: the very same, or else the only one that
 * differs from it in nothing but case, spaces around it and forms of the same characters (NFKC). Where
 * several do, none is meant.
 */
export function matchToolName(written: string, names: readonly string[]): string | undefined {
  if (names.includes(written)) return written;
  const folded = foldToolName(written);
  const [match, ...others] = new Set(names.filter((name) => foldToolName(name) === folded));
  return others.length === 0 ? match : undefined;
}

/** The same for names that a model without a grammar may mistake for each other. */
export function foldToolName(name: string): string {
  return name.normalize("NFKC").trim().toLowerCase();
}
