/**
 * Something that the operator can fix: a bad setting, a missing file, a port that is taken. Its
 * message says what is wrong and how to fix it; it is shown without a stack trace.
 *
 * Packages that know nothing of this one mark errors of the same kind by the same property.
 */
export class StartupError extends Error {
  override readonly name = "StartupError";
  readonly operatorMessage = true;
}

/** Whether an error's message is written for the operator. */
export function isForOperator(error: unknown): error is Error {
  return error instanceof Error && "operatorMessage" in error;
}
