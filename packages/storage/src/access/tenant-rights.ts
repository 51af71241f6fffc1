import { type AccessRights, accessRightsSchema, hasRight } from "@bullpen/contracts";
import type { Store } from "../store.js";
import { TenantRecords } from "./tenant-records.js";

export const FOLDER = "tenant-rights";

/** Which models and tools tenants may use, where that is not all. */
export class TenantRights extends TenantRecords<AccessRights> {
  constructor(store: Store, options: { readonly now?: () => number } = {}) {
    super(store, { folder: FOLDER, schema: accessRightsSchema, ...options });
  }

  /** Those of some models or tools that a tenant may use. To it the others do not exist. */
  async allowed<T extends { readonly name: string }>(
    tenant: string,
    kind: keyof AccessRights,
    all: readonly T[],
  ): Promise<T[]> {
    const { [kind]: names } = await this.of(tenant);
    return all.filter(({ name }) => hasRight(names, name));
  }
}
