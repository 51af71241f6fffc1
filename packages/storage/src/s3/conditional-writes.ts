import { Content } from "../content.js";
import { StorageError } from "../store.js";
import { inParts, type UploadTarget, upload, uploadPart } from "./s3-upload.js";

/**
 * Makes sure that a store keeps `If-None-Match: *`. One that ignores it would let every writer believe
 * to be the only one. The object is made when it is missing; from then on every condition must fail.
 *
 * @throws {StorageError} `unavailable` for a store that ignores it.
 */
export async function verifyConditions(probe: UploadTarget): Promise<void> {
  const target = { ...probe, once: true };
  const put = () => upload(target, new Content(["Bullpen keeps its files here.\n"]), 1_024);
  if ((await put()) && (await put())) throw ignores("PutObject");
  const isStored = await inParts(target, (addPart) =>
    addPart((part) => uploadPart(target.client, { ...part, Body: Buffer.from("\n") })),
  );
  if (isStored) throw ignores("CompleteMultipartUpload");
}

function ignores(request: string): StorageError {
  return new StorageError(
    "unavailable",
    `The S3 store ignores "If-None-Match: *" in ${request}. Bullpen needs a store that keeps conditional writes.`,
  );
}
