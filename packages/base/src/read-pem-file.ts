import { readFileSync } from "node:fs";
import { errorMessage } from "./error-message.js";

/** A file that a setting names, with certificates or a key, cannot be used; the message says which and why. */
export class PemFileError extends Error {
  override readonly name = "PemFileError";
  /** The operator sees the message as it is, without a stack trace. */
  readonly operatorMessage = true;
}

const LABELS = {
  certificate: /-----BEGIN (TRUSTED )?CERTIFICATE-----/,
  "private key": /-----BEGIN (RSA |EC )?PRIVATE KEY-----/,
} as const;

/**
 * The text of a file in PEM that the setting `name` names by `path`.
 *
 * @throws {PemFileError} when it cannot be read, or holds no part of this kind.
 */
export function readPemFile(name: string, path: string, kind: keyof typeof LABELS): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new PemFileError(`${name}=${path} cannot be read (${errorMessage(error)}).`);
  }
  if (LABELS[kind].test(text)) return text;
  const advice = text.includes("ENCRYPTED PRIVATE KEY")
    ? "It is encrypted: store it without a passphrase, readable by this user alone."
    : `Write it in PEM: it begins with -----BEGIN ${kind.toUpperCase()}-----.`;
  throw new PemFileError(`${name}=${path} holds no ${kind}. ${advice}`);
}
