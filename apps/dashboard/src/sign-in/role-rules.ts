import { type Role, roleSchema, tenantSchema } from "@bullpen/contracts";
import { listSetting } from "@bullpen/runtime";
import { z } from "zod";

/** What a group of people may do, and in which tenant. */
export interface Access {
  readonly role: Role;
  readonly tenant: string;
}

/** `operators=admin`, `research=submit@lab`, `*=read`: the group `*` is everybody. */
const ruleSchema = z.string().superRefine((text, context) => {
  const { group, role, tenant } = partsOf(text);
  const isRule =
    group !== "" && roleSchema.safeParse(role).success && (tenant === undefined || isTenant(tenant));
  if (!isRule) {
    context.addIssue(
      `"${text}" is no rule. Give group=role or group=role@tenant, with a role of ${roleSchema.options.join(", ")} and * for everybody, such as operators=admin,research=submit@lab,*=read`,
    );
  }
});

/** Rules with commas between them; the first that fits somebody counts. */
export const roleRulesSetting = listSetting(ruleSchema);

/**
 * What somebody of some groups may do: by the first rule of a group of theirs. `undefined` where no rule fits.
 *
 * @param defaultTenant of rules that name none.
 */
export function accessOf(
  groups: readonly string[],
  rules: readonly string[],
  defaultTenant: string,
): Access | undefined {
  for (const rule of rules) {
    const { group, role, tenant } = partsOf(rule);
    if (group !== "*" && !groups.includes(group)) continue;
    return { role: roleSchema.parse(role), tenant: tenant ?? defaultTenant };
  }
  return undefined;
}

/** Names of groups may hold `=`: roles and tenants do not. */
function partsOf(rule: string): { group: string; role: string; tenant: string | undefined } {
  const at = rule.lastIndexOf("=");
  const [role = "", tenant] = rule.slice(at + 1).split("@");
  return { group: at < 0 ? "" : rule.slice(0, at).trim(), role: role.trim(), tenant: tenant?.trim() };
}

function isTenant(name: string): boolean {
  return tenantSchema.safeParse(name).success;
}
