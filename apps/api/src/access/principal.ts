import type { Principal } from "@bullpen/storage";

const principals = new WeakMap<object, Principal>();

/** Remembers on whose behalf a request is made. */
export function setPrincipal(request: object, principal: Principal): void {
  principals.set(request, principal);
}

/** On whose behalf a request under `/v1` is made. */
export function principalOf(request: object): Principal {
  const principal = principals.get(request);
  if (!principal) throw new Error("The request has not passed `authenticate`.");
  return principal;
}

/** Whose key a request brought, where that is known. */
export interface Actor {
  readonly tenant: string | null;
  readonly key_id: string | null;
  readonly key_name: string | null;
}

const refused = new WeakMap<object, Actor>();

/** Remembers whose key a request brought that was refused for having ended. */
export function setRefusedActor(request: object, actor: Actor): void {
  refused.set(request, actor);
}

/** Who made a request, as far as is known. */
export function actorOf(request: object): Actor {
  const principal = principals.get(request);
  if (!principal) return refused.get(request) ?? { tenant: null, key_id: null, key_name: null };
  const { tenant, keyId = null, keyName = null } = principal;
  return { tenant, key_id: keyId, key_name: keyName };
}

/** The tenant on whose behalf a request is made. Every handler asks here. */
export function tenantOf(request: object): string {
  return principalOf(request).tenant;
}
