import { redact } from "@bullpen/contracts";
import { findRedisOutage } from "../health/redis-outage.js";
import { RedisSetupError } from "./redis-url.js";
import type { TlsFiles } from "./tls-files.js";

/** Errors of Node's TLS about the server's certificate. */
const UNKNOWN_AUTHORITY =
  /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|self[- ]signed/i;
/** Redis' alerts about the certificate that it was shown, or not. */
const REFUSED_CERTIFICATE =
  /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w{1,20}|UNKNOWN_CA)|alert (certificate|bad certificate|unknown ca)/i;
const NO_TLS_THERE = /NOTLS|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|EPROTO|UNKNOWN_PROTOCOL|HTTP_REQUEST/;
const CUT_OFF = /ECONNRESET|NOREPLY|EPIPE/;

/** What the failure of a first connection means, and how to fix it. */
export function explainRedisError(
  error: NodeJS.ErrnoException,
  url: string,
  tls: TlsFiles = {},
): RedisSetupError {
  const where = `Redis at ${redact(url)}`;
  const isTls = /^rediss[:+]/i.test(url);
  const said = `${error.code ?? ""} ${error.message}`;
  const code = error.code ?? error.message;
  const directory = explainDirectory(error.message, where);
  if (directory) return directory;
  if (/NOAUTH|WRONGPASS|NOPERM|invalid password/.test(error.message)) {
    return setupError(
      `${where} refused the credentials (${error.message}). Put user and password in REDIS_URL: redis://user:password@host:6379, or the password alone in REDIS_PASSWORD.`,
    );
  }
  if (/DB index|invalid DB/i.test(error.message)) {
    return setupError(
      `${where} does not have the database that the URL ends in (${error.message}). It has as many as its setting \`databases\` says, by default 0 to 15.`,
    );
  }
  if (error.message.startsWith("READONLY")) {
    return setupError(
      `${where} is a read-only replica (READONLY). Set REDIS_URL to the master, by a name that follows it through a fail-over.`,
    );
  }
  if (error.message.startsWith("NOTREDIS")) {
    return setupError(
      `At ${redact(url)} something answers that is not Redis. Set REDIS_URL to where Redis runs.`,
    );
  }
  if (isTls) return explainTls({ where, said, code, tls });
  if (CUT_OFF.test(said)) {
    return setupError(
      `${where} cut the connection off without a word (${code}). If it speaks TLS, REDIS_URL must begin with rediss://.`,
    );
  }
  return otherwise(where, error, code);
}

/** What Sentinels and nodes of a cluster answer. */
function explainDirectory(message: string, where: string): RedisSetupError | undefined {
  if (message.startsWith("SENTINELAUTH")) {
    return setupError(
      `The Sentinels of ${where} refused the credentials (${message}). Put theirs into REDIS_SENTINEL_PASSWORD, and REDIS_SENTINEL_USERNAME where they have users; those in REDIS_URL are Redis' own.`,
    );
  }
  if (message.startsWith("NOMASTER")) {
    return setupError(
      `The Sentinels of ${where} do not know the master that the URL ends in (${message}). \`redis-cli -p 26379 SENTINEL MASTERS\` prints the names that they know.`,
    );
  }
  if (message.startsWith("NOSENTINEL")) {
    return setupError(
      `${where}: a host of the URL is no Sentinel (${message}). Name the Sentinels, whose port is mostly 26379; a single Redis is named by redis://.`,
    );
  }
  if (/^(MOVED|CLUSTERDOWN)/.test(message)) {
    return setupError(
      `${where} is a Redis Cluster that cannot be used now (${message}). \`redis-cli --cluster check\` says what it lacks.`,
    );
  }
  return undefined;
}

interface TlsFailure {
  readonly where: string;
  readonly said: string;
  readonly code: string;
  readonly tls: TlsFiles;
}

function explainTls({ where, said, code, tls }: TlsFailure): RedisSetupError {
  // Before the others: an alert's name may hold the words of theirs.
  if (REFUSED_CERTIFICATE.test(said)) {
    return setupError(
      tls.cert === undefined
        ? `${where} asks for a certificate of its clients (${code}). Set REDIS_CERT_FILE and REDIS_KEY_FILE, or set tls-auth-clients to no or optional there.`
        : `${where} refuses the certificate in REDIS_CERT_FILE (${code}). It must be signed by the authority in tls-ca-cert-file there, and be valid now.`,
    );
  }
  if (UNKNOWN_AUTHORITY.test(said)) {
    return setupError(
      tls.ca === undefined
        ? `${where} has a certificate of an authority that is not known here (${code}). Put the authority's certificate, in PEM, into a file and the file's path into REDIS_CA_FILE, or into NODE_EXTRA_CA_CERTS for all that the process connects to.`
        : `${where} has a certificate of another authority than those in REDIS_CA_FILE (${code}). Put the certificate of the authority that signed Redis' one there.`,
    );
  }
  if (/ALTNAME_INVALID/.test(said)) {
    return setupError(
      `${where} has a certificate for other names (${code}). Use one of these in REDIS_URL, or have a certificate made for this one.`,
    );
  }
  if (/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/.test(said)) {
    return setupError(
      `${where} has a certificate that is not valid now (${code}). Renew it, or set this machine's clock.`,
    );
  }
  if (NO_TLS_THERE.test(said) || CUT_OFF.test(said)) {
    return setupError(
      `${where} does not answer in TLS (${code}). If it speaks without, REDIS_URL must begin with redis://.`,
    );
  }
  return otherwise(where, new Error(said), code);
}

function otherwise(where: string, error: Error, code: string): RedisSetupError {
  const outage = findRedisOutage(error);
  if (outage !== undefined && outage !== "Redis is away") {
    return setupError(`${where} cannot be used now: ${outage} (${error.message}).`);
  }
  return setupError(
    `${where} cannot be reached (${code}). Start Redis there, or set REDIS_URL to where it runs.`,
  );
}

/** Errors may repeat what they were given. */
function setupError(message: string): RedisSetupError {
  return new RedisSetupError(redact(message));
}
