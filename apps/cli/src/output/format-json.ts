/** Characters that a terminal acts on, or that change the direction of what follows. JSON leaves them as they are. */
const ACTIVE = /[^\P{Cc}\n]|\p{Bidi_Control}/gu;

/** A value as JSON on several lines, with no character in it that acts on a terminal. A program reads the same value. */
export function formatJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(ACTIVE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
