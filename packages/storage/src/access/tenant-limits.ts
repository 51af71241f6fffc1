import { type AccessLimits, accessLimitsSchema } from "@bullpen/contracts";
import type { Store } from "../store.js";
import { TenantRecords } from "./tenant-records.js";

export const FOLDER = "tenant-limits";

/** What tenants may use, where it differs from the defaults. */
export class TenantLimits extends TenantRecords<AccessLimits> {
  constructor(store: Store, options: { readonly now?: () => number } = {}) {
    super(store, { folder: FOLDER, schema: accessLimitsSchema, ...options });
  }
}
