import { hostname, userInfo } from "node:os";
import type { AuditAction } from "@bullpen/contracts";
import { AuditLog, eventOutsideRequests, type Store } from "@bullpen/storage";

/** What a command changed: keys by their ids, or a tenant. */
export interface KeyChange {
  readonly action: AuditAction;
  readonly tenant: string;
  readonly ids: readonly string[];
}

/** Writes a change of keys to the audit log. @throws {StorageError} when that fails. */
export async function noteKeyChange(store: Store, { action, tenant, ids }: KeyChange): Promise<void> {
  const log = new AuditLog({ store });
  const [noun, verb] = action.split(".");
  const event = eventOutsideRequests({
    action,
    tenant,
    key_id: null,
    key_name: null,
    actor: `${userName()}@${hostname()}`,
    route: noun === "tenant" ? `bullpen keys ${verb} --tenant` : `bullpen keys ${verb}`,
    object_ids: [...ids],
  });
  log.note(event);
  await log.flush();
}

/** A user of a container may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
