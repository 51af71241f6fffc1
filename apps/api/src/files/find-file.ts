import { ApiError } from "@bullpen/protocol";
import { type FileRecord, StorageError } from "@bullpen/storage";
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

/**
 * Uses a file that was found a moment ago.
 *
 * @throws {ApiError} `file_not_found` where it was deleted meanwhile, and whatever `use` throws otherwise.
 */
export async function whileThere<T>(
  context: Pick<ApiContext, "files">,
  { tenant, id }: FileRecord,
  param: string,
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof StorageError && error.code === "not_found")
      await findFile(context, tenant, id, param);
    throw error;
  }
}
