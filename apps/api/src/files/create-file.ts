import { isId } from "@bullpen/contracts";
import { toFileView } from "@bullpen/storage";
import type { RequestHandler } from "express";
import type { ApiContext } from "../create-app.js";
import { idSource } from "../request-ids.js";
import { receiveUpload } from "./receive-upload.js";

/** `POST /v1/files`: takes a file in constant memory; answers when it is on disk. */
export function createFile(context: ApiContext): RequestHandler {
  return async (request, response) => {
    const tenant = "default";
    const nextId = await idSource(context, request, tenant, request.headers["content-length"] ?? null);
    const id = nextId("file");
    const { files } = context;
    const earlier = isId("file", id) ? await files.find(tenant, id) : undefined;
    if (earlier) {
      request.resume();
      response.json(toFileView(earlier));
      return;
    }
    const limits = {
      maxBytes: context.maxFileBytes,
      roomLeft: context.storageQuotaBytes - (await files.usedBytes(tenant)),
    };
    try {
      const upload = await receiveUpload(request, limits, (parts) => files.writeContent(tenant, id, parts));
      const { fields, filename, bytes, sha256 } = upload;
      const created_at = Math.floor(Date.now() / 1_000);
      const expires_at = fields.expires_after ? created_at + fields.expires_after.seconds : null;
      const file = { id, tenant, filename, purpose: fields.purpose, bytes, sha256, created_at, expires_at };
      response.json(toFileView(await files.register(file)));
    } catch (error) {
      // Not what the same request, sent again at the same time, has made meanwhile.
      if (!(await files.find(tenant, id))) await files.remove({ tenant, id });
      throw error;
    }
  };
}
