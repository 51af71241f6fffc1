import { ApiError } from "@bullpen/protocol";
/** The message for a line on which this program fails; the log has the cause. */
export const LINE_DEFECT =
  "The server could not work on this line because of a defect of its own; the log of its batcher says which.";

export function lineDefect(): ApiError {
  return new ApiError("internal_error", LINE_DEFECT);
}
