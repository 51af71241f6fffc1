/** Somebody whom a proxy or a provider has identified. */
export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
}

/** Characters of a name that are kept. */
const MAX_CHARACTERS = 128;

/**
 * A user's name as usage, batches and files hold it: without spaces and control characters, which part fields there:
 * these are written by their bytes. What is longer is cut.
 */
export function userIdOf(name: string): string {
  const text = name.slice(0, MAX_CHARACTERS);
  return text.replaceAll(/[^A-Za-z0-9._@+-]/gu, (character) => {
    const bytes = [...Buffer.from(character, "utf8")];
    return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  });
}
