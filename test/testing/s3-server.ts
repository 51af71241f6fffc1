import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { S3Fault, S3Objects } from "./s3-objects.js";

/** What the server does with a request in place of answering it; `undefined` lets it pass. */
export type Misbehave = (request: S3Request) => Mischief | undefined;

/**
 * A status and code to refuse with; or a connection that is cut, before the request has an effect, after it
 * (its answer is lost), or in the middle of the answer's body; or no answer at all.
 */
export type Mischief =
  | { readonly status: number; readonly code: string }
  | "cut-before"
  | "cut-after"
  | "cut-body"
  | "silence";

export interface S3Request {
  readonly method: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface S3ServerOptions {
  /** Takes `If-None-Match` for granted, as older stores do. */
  readonly ignoresConditions?: boolean;
  /** Texts in PEM; it then speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/**
 * The wire of S3, kept in memory, with one bucket: what AWS documents for objects, multipart uploads, listings,
 * conditions and errors. It asks for a version 4 signature and does not verify it.
 */
export class TestS3Server {
  readonly bucket = "bullpen-test";
  readonly objects: S3Objects;
  /** Requests so far, by method and what they ask for. */
  readonly requests: S3Request[] = [];
  misbehave: Misbehave = () => undefined;
  readonly #server: Server;
  readonly #scheme: "http" | "https";

  static async start(options: S3ServerOptions = {}): Promise<TestS3Server> {
    const server = new TestS3Server(options);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  private constructor({ ignoresConditions = false, tls }: S3ServerOptions) {
    this.objects = new S3Objects(!ignoresConditions);
    const answer = (request: IncomingMessage, response: ServerResponse) =>
      void this.#handle(request, response);
    this.#server = tls ? createTlsServer(tls, answer) : createServer(answer);
    this.#scheme = tls ? "https" : "http";
  }

  get endpoint(): string {
    // Listening on a port, so the address is no pipe's name.
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? "/", "http://localhost");
    const [, bucket = "", ...path] = url.pathname.split("/");
    const { method = "GET", headers } = incoming;
    const key = decodeURIComponent(path.join("/"));
    const request: S3Request = { method, key, query: url.searchParams, headers };
    this.requests.push(request);
    const mischief = this.misbehave(request);
    if (mischief === "cut-before") return void incoming.socket.destroy();
    try {
      const body = await bodyOf(incoming);
      if (mischief === "silence") return;
      if (typeof mischief === "object") throw new S3Fault(mischief.status, mischief.code);
      checkRequest(request, body);
      if (decodeURIComponent(bucket) !== this.bucket) throw new S3Fault(404, "NoSuchBucket");
      const answer = answerTo(this.objects, request, body);
      if (mischief === "cut-after") return void incoming.socket.destroy();
      respond(response, answer, mischief === "cut-body");
    } catch (error) {
      if (incoming.destroyed && !incoming.complete) return;
      const fault = error instanceof S3Fault ? error : new S3Fault(500, "InternalError");
      const text = xml("Error", `<Code>${fault.code}</Code><Message>${fault.code} of the test</Message>`);
      respond(response, { status: fault.status, body: method === "HEAD" ? undefined : text });
    }
  }
}

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer | undefined;
}

function answerTo(objects: S3Objects, request: S3Request, body: Buffer): Answer {
  const { method, key, query, headers } = request;
  const uploadId = query.get("uploadId");
  const source = headers["x-amz-copy-source"];
  const once = headers["if-none-match"] === "*";
  if (method === "POST" && query.has("delete")) {
    for (const [, name = ""] of String(body).matchAll(/<Key>(.*?)<\/Key>/g))
      objects.remove(unescapeXml(name));
    return { body: xml("DeleteResult", "") };
  }
  if (method === "POST" && query.has("uploads")) {
    return {
      body: xml(
        "InitiateMultipartUploadResult",
        `<UploadId>${objects.begin(key, writerIn(headers))}</UploadId>`,
      ),
    };
  }
  if (method === "POST" && uploadId !== null) {
    const parts = [...String(body).matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) =>
      Number(number),
    );
    const etag = objects.complete(key, uploadId, parts, once);
    return { body: xml("CompleteMultipartUploadResult", `<ETag>${etag}</ETag>`) };
  }
  if (method === "PUT") {
    const content =
      typeof source === "string" ? objects.copied(source, headers["x-amz-copy-source-range"]) : body;
    const etag =
      uploadId === null
        ? objects.put(key, content, writerIn(headers), once)
        : objects.putPart(uploadId, Number(query.get("partNumber")), content);
    if (source === undefined) return { headers: { etag } };
    return { body: xml(uploadId === null ? "CopyObjectResult" : "CopyPartResult", `<ETag>${etag}</ETag>`) };
  }
  if (method === "DELETE") {
    if (uploadId === null) objects.remove(key);
    else objects.abort(uploadId);
    return { status: 204 };
  }
  return key === "" ? { body: listing(objects, query) } : found(objects, request);
}

function found(objects: S3Objects, { key, method, headers }: S3Request): Answer {
  const object = objects.get(key);
  const ifMatch = headers["if-match"];
  if (ifMatch !== undefined && ifMatch !== object.etag) throw new S3Fault(412, "PreconditionFailed");
  const common = {
    etag: object.etag,
    "last-modified": new Date(0).toUTCString(),
    ...(object.writer !== undefined && { "x-amz-meta-writer": object.writer }),
  };
  if (method === "HEAD")
    return { headers: { ...common, "content-length": String(object.content.byteLength) } };
  const range = /^bytes=(\d+)-(\d*)$/.exec(String(headers.range ?? ""));
  if (!range) return { headers: common, body: object.content };
  const size = object.content.byteLength;
  const start = Number(range[1]);
  const end = range[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  if (start >= size) throw new S3Fault(416, "InvalidRange");
  return {
    status: 206,
    headers: { ...common, "content-range": `bytes ${start}-${end}/${size}` },
    body: object.content.subarray(start, end + 1),
  };
}

function listing(objects: S3Objects, query: URLSearchParams): string {
  const { contents, prefixes, next } = objects.list({
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    after: query.get("continuation-token") ?? "",
    limit: Math.min(Number(query.get("max-keys") ?? 1_000), 1_000),
  });
  const entries = contents.map(
    ({ key, bytes }) => `<Contents><Key>${escapeXml(key)}</Key><Size>${bytes}</Size></Contents>`,
  );
  const folders = prefixes.map(
    (name) => `<CommonPrefixes><Prefix>${escapeXml(name)}</Prefix></CommonPrefixes>`,
  );
  const more = next === undefined ? "" : `<NextContinuationToken>${escapeXml(next)}</NextContinuationToken>`;
  const isTruncated = `<IsTruncated>${next !== undefined}</IsTruncated>`;
  return xml("ListBucketResult", [...entries, ...folders, isTruncated, more].join(""));
}

/** What real stores refuse, and a client that was set up wrongly would send. */
function checkRequest({ headers, method, query }: S3Request, body: Buffer): void {
  const signed = /^AWS4-HMAC-SHA256 .*SignedHeaders=([^,]+),/.exec(String(headers.authorization));
  if (!signed) throw new S3Fault(403, "AccessDenied");
  const isChanged = signed[1]?.split(";").some((name) => headers[name] === undefined);
  if (isChanged) throw new S3Fault(403, "SignatureDoesNotMatch");
  const hash = headers["x-amz-content-sha256"];
  if (typeof hash === "string" && hash.startsWith("STREAMING-")) throw new S3Fault(501, "NotImplemented");
  if (Object.keys(headers).some((name) => name.startsWith("x-amz-checksum-"))) {
    throw new S3Fault(400, "InvalidRequest");
  }
  if (typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash)) {
    if (hash !== createHash("sha256").update(body).digest("hex")) {
      throw new S3Fault(400, "XAmzContentSHA256Mismatch");
    }
  }
  if (method === "POST" && query.has("delete")) {
    const md5 = createHash("md5").update(body).digest("base64");
    if (headers["content-md5"] === undefined) throw new S3Fault(400, "MissingContentMD5");
    if (headers["content-md5"] !== md5) throw new S3Fault(400, "BadDigest");
  }
}

function respond(response: ServerResponse, { status = 200, headers = {}, body }: Answer, cut = false): void {
  const bytes = Buffer.from(body ?? "");
  response.writeHead(status, {
    "x-amz-request-id": randomUUID(),
    ...(status !== 204 && { "content-length": String(bytes.byteLength) }),
    ...headers,
  });
  if (!cut) return void response.end(bytes);
  response.write(bytes.subarray(0, Math.ceil(bytes.byteLength / 2)), () => response.destroy());
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function writerIn(headers: S3Request["headers"]): string | undefined {
  const writer = headers["x-amz-meta-writer"];
  return typeof writer === "string" ? writer : undefined;
}

function xml(root: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${content}</${root}>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function unescapeXml(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
