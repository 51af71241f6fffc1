import { errorMessage } from "@bullpen/base";
import { codeOf } from "./local-errors.js";

const REASONS: Readonly<Record<string, string>> = {
  EROFS: "it is on a file system that is mounted read-only",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  ENOTDIR: "it is a file, or lies under one",
  ENOENT: "no folder can be made there",
  ENOSPC: "its disk is full",
  EDQUOT: "this user's share of its disk is used up",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "it is a link that leads to itself",
};

/** The folder for files and batches cannot be used. Its message is written for the operator. */
export class DataFolderError extends Error {
  override readonly name = "DataFolderError";
  readonly operatorMessage = true;

  constructor(path: string, error: unknown) {
    const source = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const code = codeOf(source);
    const reason = code === undefined ? undefined : REASONS[code];
    const why = reason === undefined ? errorMessage(source) : `${reason} (${code})`;
    super(
      `DATA_DIR=${path}: files and batches cannot be kept there: ${why}. Name a folder that this process may write to.`,
      { cause: error },
    );
  }
}
