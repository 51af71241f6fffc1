import { ApiError } from "@bullpen/protocol";
import type { FileRecord } from "@bullpen/storage";
import type { ApiContext } from "../api-context.js";

/**
 * @param param the part of the request that holds the id.
 * @throws {ApiError} `file_not_found`
 */
export async function findFile(
  { files }: Pick<ApiContext, "files">,
  tenant: string,
  id: string,
  param: string | null = null,
): Promise<FileRecord> {
  const record = await files.find(tenant, id);
  if (!record) throw new ApiError("file_not_found", `There is no file ${JSON.stringify(id)}.`, param);
  return record;
}
