import { isIP } from "node:net";
import { type ConnectionOptions, createSecureContext } from "node:tls";
import { errorMessage } from "@bullpen/base";
import { readPemFile } from "@bullpen/base/read-pem-file";
import { RedisSetupError } from "./redis-url.js";

/** Paths of files in PEM. */
export interface TlsFiles {
  /** Certificates of the authorities that are trusted. Default: those that Node knows. */
  readonly ca?: string | undefined;
  /** The certificate that is shown to Redis, and its key: both or none. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * Finds what is wrong with the files before any connection.
 *
 * @throws {RedisSetupError} or {PemFileError} naming the setting.
 */
export function checkTlsFiles(files: TlsFiles, url: string): void {
  const set = Object.entries({
    REDIS_CA_FILE: files.ca,
    REDIS_CERT_FILE: files.cert,
    REDIS_KEY_FILE: files.key,
  }).flatMap(([name, path]) => (path === undefined ? [] : [name]));
  if (set.length === 0) return;
  if (!/^rediss:/i.test(url)) {
    throw new RedisSetupError(
      `${set[0]} is for TLS, and REDIS_URL does not begin with rediss:// or rediss+. Correct the URL, or leave ${set[0]} out.`,
    );
  }
  if ((files.cert === undefined) !== (files.key === undefined)) {
    const missing = files.cert === undefined ? "REDIS_CERT_FILE" : "REDIS_KEY_FILE";
    throw new RedisSetupError(
      `${missing} must be set where ${set.at(-1)} is: a certificate and its key belong together.`,
    );
  }
  const { ca, ...own } = readTlsFiles(files);
  checkPem("REDIS_CA_FILE cannot be used", { ca });
  checkPem("REDIS_CERT_FILE and REDIS_KEY_FILE cannot be used, or do not belong together", own);
}

function checkPem(fault: string, options: ConnectionOptions): void {
  try {
    createSecureContext(options);
  } catch (error) {
    throw new RedisSetupError(`${fault} (${errorMessage(error)}).`);
  }
}

/** Read for each connection: a certificate that is renewed in its file is used from the next one on. */
export function readTlsFiles({ ca, cert, key }: TlsFiles): ConnectionOptions {
  return {
    ...(ca !== undefined && { ca: readPemFile("REDIS_CA_FILE", ca, "certificate") }),
    ...(cert !== undefined && { cert: readPemFile("REDIS_CERT_FILE", cert, "certificate") }),
    ...(key !== undefined && { key: readPemFile("REDIS_KEY_FILE", key, "private key") }),
  };
}

/** A server with several names shows the certificate of the one that it is asked for. */
export function serverName(host: string | undefined): { servername?: string } {
  return host === undefined || isIP(host) > 0 ? {} : { servername: host };
}
