/** Published datasets that can be imported. */
export const SOURCE_NAMES = ["gsm8k", "hotpotqa", "gaia"] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];
