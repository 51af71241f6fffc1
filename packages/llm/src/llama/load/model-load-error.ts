/** A model that cannot be loaded. The message names the file and tells the operator how to fix it. */
export class ModelLoadError extends Error {
  override readonly name = "ModelLoadError";
  /** The message is shown to the operator without a stack trace. */
  readonly operatorMessage = true;
}
