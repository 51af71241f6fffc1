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

/** The tenant on whose behalf a request is made. Every handler asks here. */
export function tenantOf(request: object): string {
  return principalOf(request).tenant;
}
