import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { Content } from "../content.js";
import { StorageError } from "../store.js";
import { s3CodeOf, s3StatusOf } from "./s3-errors.js";

/** The most parts that S3 takes for one object. */
const MAX_PARTS = 10_000;
const MAX_COMMITS = 5;
const BACKOFF_MS = 100;

export interface UploadTarget {
  readonly client: S3Client;
  readonly bucket: string;
  /** With the store's prefix. */
  readonly key: string;
  /** Only where there is no object yet. */
  readonly once: boolean;
}

/**
 * Uploads content: in one request when it fits in one part, else part by part, holding two of them in
 * memory. Returns whether it was stored; only a target that is `once` may find another's object in its place.
 */
export async function upload(
  target: UploadTarget,
  content: Content,
  partBytes: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const blocks = content.blocks(partBytes);
  try {
    const first = await blocks.next();
    const second = first.done ? first : await blocks.next();
    if (second.done) return await putObject(target, first.value ?? new Uint8Array());
    return await inParts(target, async (addPart) => {
      await addPart((part) => uploadPart(target.client, { ...part, Body: first.value }, signal));
      for (let block: IteratorResult<Uint8Array> = second; !block.done; block = await blocks.next()) {
        const { value } = block;
        await addPart((part) => uploadPart(target.client, { ...part, Body: value }, signal));
      }
    });
  } finally {
    // Releases the source where the upload failed.
    await blocks.return(undefined);
  }
}

export interface Part {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string;
  readonly PartNumber: number;
}
export type AddPart = (send: (part: Part) => Promise<string | undefined>) => Promise<void>;

/** A multipart upload that is completed when `fill` has sent its parts, and else aborted. */
export async function inParts(
  target: UploadTarget,
  fill: (addPart: AddPart) => Promise<void>,
): Promise<boolean> {
  const { client, bucket: Bucket, key: Key } = target;
  const writer = randomUUID();
  // Without a signal: an upload that was begun and whose id is lost could not be aborted.
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ Bucket, Key, Metadata: { writer } }),
  );
  if (UploadId === undefined) throw new StorageError("unavailable", "The storage gave an upload no id.");
  let isStored = false;
  try {
    const parts: CompletedPart[] = [];
    await fill(async (send) => {
      const PartNumber = parts.length + 1;
      if (PartNumber > MAX_PARTS) throw tooLarge(Key);
      parts.push({ PartNumber, ETag: await send({ Bucket, Key, UploadId, PartNumber }) });
    });
    const request = { Bucket, Key, UploadId, MultipartUpload: { Parts: parts }, ...condition(target) };
    isStored = await commit(target, writer, () => client.send(new CompleteMultipartUploadCommand(request)));
  } finally {
    // What cannot be aborted now is left to the bucket's lifecycle rule.
    if (!isStored) {
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => undefined);
    }
  }
  return isStored;
}

async function putObject(target: UploadTarget, body: Uint8Array): Promise<boolean> {
  const { client, bucket: Bucket, key: Key } = target;
  const writer = randomUUID();
  const request = { Bucket, Key, Body: body, Metadata: { writer }, ...condition(target) };
  return commit(target, writer, () => client.send(new PutObjectCommand(request)));
}

export async function uploadPart(
  client: S3Client,
  part: Part & { readonly Body: Uint8Array },
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { ETag } = await client.send(new UploadPartCommand(part), signal && { abortSignal: signal });
  return ETag;
}

/**
 * The request that makes an object appear. It takes no signal: cut off, nobody would know whether it did.
 * When its answer is lost, the client repeats it and then meets its own object, which it knows by the
 * writer's name.
 */
async function commit(target: UploadTarget, writer: string, send: () => Promise<unknown>): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await send();
      return true;
    } catch (error) {
      const isTaken = s3StatusOf(error) === 412 || s3CodeOf(error) === "ConditionalRequestConflict";
      const isUploadGone = s3CodeOf(error) === "NoSuchUpload";
      if (!isTaken && !isUploadGone) throw error;
      const existing = await writerOf(target);
      if (existing === writer) return true;
      if (isTaken && existing !== undefined) return false;
      // Taken by an object that has gone since, or by one that is about to appear.
      if (isUploadGone || attempt === MAX_COMMITS) throw error;
      await sleep(BACKOFF_MS * attempt);
    }
  }
}

/** The writer of the stored object, "" when it does not say; `undefined` when there is none. */
async function writerOf({ client, bucket, key }: UploadTarget): Promise<string | undefined> {
  try {
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return head.Metadata?.writer ?? "";
  } catch (error) {
    if (s3StatusOf(error) === 404) return undefined;
    throw error;
  }
}

function condition({ once }: UploadTarget) {
  return once ? { IfNoneMatch: "*" } : {};
}

function tooLarge(key: string): StorageError {
  return new StorageError("full", `${key} is too large: S3 takes an object in ${MAX_PARTS} parts at most.`);
}
