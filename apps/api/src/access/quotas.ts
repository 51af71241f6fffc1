import type { AccessLimits, LimitName } from "@bullpen/contracts";
import type { Principal, TenantLimits } from "@bullpen/storage";

/** Whom limits hold for: a key, or all of a tenant. */
export interface Subject {
  /** What it is counted under. */
  readonly id: string;
  readonly keyId: string | undefined;
  readonly tenant: string;
  readonly limits: AccessLimits;
}

/** A limit of a subject. */
export interface Quota {
  readonly subject: Subject;
  readonly name: LimitName;
  readonly limit: number;
}

/** What keys and tenants may use. */
export class Quotas {
  readonly #tenants: TenantLimits;
  readonly #defaults: AccessLimits;

  /** @param options.defaults of each tenant that has no limits of its own. */
  constructor(options: { readonly tenants: TenantLimits; readonly defaults: AccessLimits }) {
    this.#tenants = options.tenants;
    this.#defaults = options.defaults;
  }

  /** The limits of one kind that hold for a request: of its key, then of its tenant. */
  async of(principal: Principal, name: LimitName): Promise<Quota[]> {
    return (await this.#subjects(principal)).flatMap((subject) => {
      const limit = subject.limits[name];
      return limit === undefined || limit === null ? [] : [{ subject, name, limit }];
    });
  }

  async #subjects({ tenant, keyId, limits }: Principal): Promise<Subject[]> {
    const own = { ...this.#defaults, ...(await this.#tenants.of(tenant)) };
    return [
      ...(keyId !== undefined && limits ? [{ id: `key:${keyId}`, keyId, tenant, limits }] : []),
      { id: `tenant:${tenant}`, keyId: undefined, tenant, limits: own },
    ];
  }
}
