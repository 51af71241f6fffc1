import { filePurposeSchema, parseRequest } from "@bullpen/contracts";
import { type FileRecord, type FileStore, toFileView } from "@bullpen/storage";
import type { RequestHandler } from "express";
import { z } from "zod";
import type { ApiContext } from "../api-context.js";
import { pageIds, pageSettings } from "../http/paging.js";
import { tenantOf } from "../tenant.js";

const querySchema = z.object({
  ...pageSettings("file", 10_000, 10_000),
  order: z.enum(["asc", "desc"]).default("desc"),
  purpose: filePurposeSchema.optional(),
});

/** `GET /v1/files?after&limit&order&purpose` */
export function listFiles(context: Pick<ApiContext, "files">): RequestHandler {
  return async (request, response) => {
    const { after, limit, order, purpose } = parseRequest(querySchema, request.query);
    const tenant = tenantOf(request);
    const ids = pageIds(await context.files.ids(tenant), order, after);
    // One more than asked for tells whether there are more.
    const files = await take(context.files, tenant, ids, limit + 1, purpose);
    const data = files.slice(0, limit).map(toFileView);
    response.json({
      object: "list",
      data,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more: files.length > limit,
    });
  };
}

async function take(
  files: FileStore,
  tenant: string,
  ids: readonly string[],
  count: number,
  purpose: string | undefined,
): Promise<FileRecord[]> {
  const taken: FileRecord[] = [];
  for (const id of ids) {
    if (taken.length === count) break;
    const record = await files.find(tenant, id);
    if (record && (purpose === undefined || record.purpose === purpose)) taken.push(record);
  }
  return taken;
}
