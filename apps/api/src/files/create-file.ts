import { newId } from "@bullpen/contracts";
import type { FileRecord, Principal } from "@bullpen/storage";
import type { Request, RequestHandler } from "express";
import { principalOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { noteCreated } from "../audit/audit-requests.js";
import { existingId, keyOf } from "../http/idempotent-ids.js";
import { toFileView } from "./file-view.js";
import { receiveUpload, type Upload } from "./receive-upload.js";

type Needs = Pick<ApiContext, "files" | "idempotency" | "maxFileBytes" | "quotas">;

/** `POST /v1/files`: takes a file in constant memory; answers when it is on disk. */
export function createFile(context: Needs): RequestHandler {
  return async (request, response) => {
    const principal = principalOf(request);
    const { tenant } = principal;
    keyOf(request); // an invalid key is refused before the file is read
    const { files } = context;
    const limits = {
      maxBytes: context.maxFileBytes,
      roomLeft: await roomLeft(context, principal),
    };
    const id = newId("file");
    try {
      const upload = await receiveUpload(request, limits, (parts) => files.writeContent(tenant, id, parts));
      const file = await register(context, request, toRecord(principal, id, upload));
      noteCreated(response, [file.id]);
      response.json(toFileView(file));
    } catch (error) {
      await files.remove({ tenant, id });
      throw error;
    }
  };
}

/** Bytes that a key, and its tenant, may still store. */
export async function roomLeft(
  { files, quotas }: Pick<Needs, "files" | "quotas">,
  principal: Principal,
): Promise<number> {
  let room = Number.POSITIVE_INFINITY;
  for (const { subject, limit } of await quotas.of(principal, "stored_bytes")) {
    room = Math.min(room, limit - (await files.usedBytes(subject.tenant, subject.keyId)));
  }
  return room;
}

function toRecord({ tenant, keyId }: Principal, id: string, upload: Upload): FileRecord {
  const { fields, filename, bytes, sha256 } = upload;
  const created_at = Math.floor(Date.now() / 1_000);
  const expires_at = fields.expires_after ? created_at + fields.expires_after.seconds : null;
  const key = keyId === undefined ? {} : { key_id: keyId };
  return { id, tenant, filename, purpose: fields.purpose, bytes, sha256, ...key, created_at, expires_at };
}

/** Registers the written content, or returns the file that the same upload made before. */
async function register(context: Needs, request: Request, file: FileRecord): Promise<FileRecord> {
  const { files } = context;
  const { filename, purpose, sha256, expires_at, created_at } = file;
  const body = { filename, purpose, sha256, kept: expires_at === null ? null : expires_at - created_at };
  const id = await existingId(context, request, file.tenant, { body, id: file.id });
  if (id === file.id) return files.register(file);
  const earlier = await files.find(file.tenant, id);
  // The earlier upload may have been interrupted or be active: both then make the same file of the same bytes.
  if (!earlier) await files.copyContent(file, files.contentKey(file.tenant, id));
  await files.remove(file);
  return earlier ?? files.register({ ...file, id });
}
