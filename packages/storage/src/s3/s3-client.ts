import { createHash } from "node:crypto";
import { Agent } from "node:https";
import { DeleteObjectsCommand, S3Client } from "@aws-sdk/client-s3";

const CONNECT_MS = 5_000;
/** Until an answer begins, and between two pieces of its body. */
const ANSWER_MS = 60_000;
const MAX_ATTEMPTS = 4;
/** A body that is being read holds its connection; slow readers must not use up all of them. */
const MAX_CONNECTIONS = 256;

export interface S3Options {
  readonly bucket: string;
  /** URL of a store other than AWS. */
  readonly endpoint?: string | undefined;
  /** Default: `us-east-1`. */
  readonly region?: string | undefined;
  /** Default: what the AWS SDK finds: its own variables and files, the machine's role. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /** The bucket in the URL's path and not in its host. Default: with an endpoint. */
  readonly forcePathStyle?: boolean | undefined;
  /** Certificates in PEM of the authorities that are trusted. Default: those that Node knows. */
  readonly ca?: string | undefined;
  /** How long a server may be silent. Default: 60 s. */
  readonly answerMs?: number | undefined;
}

/** A client whose every request ends: within its timeouts, four times tried. */
export function createS3Client(options: S3Options): S3Client {
  const answerMs = options.answerMs ?? ANSWER_MS;
  const agent = { maxSockets: MAX_CONNECTIONS };
  return new S3Client({
    region: options.region ?? "us-east-1",
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    ...(options.credentials && { credentials: options.credentials }),
    forcePathStyle: options.forcePathStyle ?? options.endpoint !== undefined,
    maxAttempts: MAX_ATTEMPTS,
    // Many stores refuse the checksums that the SDK would add of itself.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: answerMs,
      throwOnRequestTimeout: true,
      socketTimeout: answerMs,
      httpAgent: agent,
      httpsAgent: options.ca === undefined ? agent : agentWith(options.ca),
    },
  });
}

/** The SDK sends large bodies through an agent of its own, which knows no authority, unless it is given a whole one. */
function agentWith(ca: string): Agent {
  return new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS, ca });
}

/**
 * Removes up to 1,000 objects. The request carries the MD5 that S3 has asked for since its beginning, and
 * that older stores insist on, in place of the SDK's CRC32.
 */
export function deleteObjects(bucket: string, keys: readonly string[]): DeleteObjectsCommand {
  const command = new DeleteObjectsCommand({
    Bucket: bucket,
    Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
  });
  command.middlewareStack.add(
    (next) => (args) => {
      if (isTextRequest(args.request)) {
        const { headers, body } = args.request;
        for (const name of Object.keys(headers)) {
          if (/^x-amz-(sdk-)?checksum-/i.test(name)) delete headers[name];
        }
        headers["content-md5"] = createHash("md5").update(body).digest("base64");
      }
      return next(args);
    },
    { step: "build", priority: "low", name: "contentMd5" },
  );
  return command;
}

function isTextRequest(request: unknown): request is { headers: Record<string, string>; body: string } {
  return (
    typeof request === "object" &&
    request !== null &&
    "headers" in request &&
    "body" in request &&
    typeof request.body === "string"
  );
}
