/** The message of whatever was thrown: an `Error`'s own, otherwise the value as a string. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whatever was thrown as an `Error`: an `Error` as it is, otherwise a new one with the value as its message. */
export function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
