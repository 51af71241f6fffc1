import type { FileView } from "@bullpen/protocol";
import type { FileRecord } from "@bullpen/storage";

/** A file as callers see it. */
export function toFileView({ tenant: _tenant, key_id: _key, ...file }: FileRecord): FileView {
  return { ...file, object: "file", status: "processed", status_details: null };
}
