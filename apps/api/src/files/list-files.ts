import { listFilesParameters, parseRequest, toPage } from "@bullpen/protocol";
import type { FileRecord, FileStore } from "@bullpen/storage";
import type { RequestHandler } from "express";
import { tenantOf } from "../access/principal.js";
import type { ApiContext } from "../api-context.js";
import { pageIds } from "../http/paging.js";
import { toFileView } from "./file-view.js";

/** `GET /v1/files?after&limit&order&purpose` */
export function listFiles(context: Pick<ApiContext, "files">): RequestHandler {
  return async (request, response) => {
    const { after, limit, order, purpose } = parseRequest(listFilesParameters, request.query);
    const tenant = tenantOf(request);
    const ids = pageIds(await context.files.ids(tenant), order, after);
    // One more than asked for tells whether there are more.
    const files = await take(context.files, tenant, ids, limit + 1, purpose);
    const data = files.slice(0, limit).map(toFileView);
    response.json(toPage(data, files.length > limit));
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
