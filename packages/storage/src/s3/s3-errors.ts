import { S3ServiceException } from "@aws-sdk/client-s3";
import { StorageError } from "../store.js";

/** How stores say that they, or the account, have no room left; AWS itself never does. */
const FULL = new Set([
  "QuotaExceeded",
  "InsufficientStorage",
  "StorageFull",
  "XMinioStorageFull",
  "XMinioAdminBucketQuotaExceeded",
]);
const AUTHORITY =
  "Put the certificate of the authority that signed the store's one, in PEM, into a file and the file's path into S3_CA_FILE.";
const NO_TLS = "It does not answer in TLS: if it speaks without, S3_ENDPOINT must begin with http://.";
const REMEDIES: Readonly<Record<string, string>> = {
  NoSuchBucket: "Make the bucket, or correct S3_BUCKET.",
  PermanentRedirect: "Set S3_REGION to the bucket's region.",
  AuthorizationHeaderMalformed: "Set S3_REGION to the bucket's region.",
  InvalidAccessKeyId: "Correct S3_ACCESS_KEY_ID.",
  SignatureDoesNotMatch: "Correct S3_SECRET_ACCESS_KEY.",
  RequestTimeTooSkewed: "Set this machine's clock.",
  DEPTH_ZERO_SELF_SIGNED_CERT: AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: AUTHORITY,
  ERR_TLS_CERT_ALTNAME_INVALID:
    "Its certificate is for other names: set S3_ENDPOINT to one of these, or have a certificate made for this one.",
  CERT_HAS_EXPIRED: "Renew its certificate, or set this machine's clock.",
  CERT_NOT_YET_VALID: "Set this machine's clock, or that of the certificate's authority.",
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
};

/** The code that the server, or the network, gave an error. */
export function s3CodeOf(error: unknown): string | undefined {
  if (error instanceof S3ServiceException) return error.name;
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

export function s3StatusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** What a failed request about `what` means. */
export function toStorageError(error: unknown, what: string): StorageError {
  if (error instanceof StorageError) return error;
  const code = s3CodeOf(error) ?? (error instanceof Error ? error.name : "unknown");
  const status = s3StatusOf(error);
  const options = { cause: error };
  // A HEAD's answer has no body that could name the code.
  if (code === "NoSuchKey" || code === "NotFound") {
    return new StorageError("not_found", `There is no ${what} in storage.`, options);
  }
  if (FULL.has(code) || status === 507) {
    return new StorageError("full", `The storage has no room left for ${what} (${code}).`, options);
  }
  const said = error instanceof Error && error.message !== code ? `: ${error.message}` : ".";
  const how = status === undefined ? "cannot be reached for" : `answered ${status} to`;
  const message = `The storage ${how} ${what} (${code})${said} ${REMEDIES[code] ?? ""}`.trim();
  return new StorageError("unavailable", message, options);
}
