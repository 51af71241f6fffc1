/**
 * A model that cannot be loaded. The message names the file and says how to mend it; it is written
 * for the operator and needs no stack trace.
 */
export class ModelLoadError extends Error {
  override readonly name = "ModelLoadError";
  readonly operatorMessage = true;
}

/** An error's message as the inside of a sentence. */
export function describe(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().replace(/\.$/, "");
}
