import assert from "node:assert/strict";
import { test } from "node:test";
import { accessOf, roleRulesSetting } from "./role-rules.js";

test("the first rule that fits gives role and tenant", () => {
  const rules = roleRulesSetting.parse("ops=admin, cn=x=submit@lab ,*=read");
  const of = (...groups: string[]) => accessOf(groups, rules, "default");
  assert.deepEqual(of("ops"), { role: "admin", tenant: "default" });
  assert.deepEqual(of("cn=x", "ops"), { role: "admin", tenant: "default" });
  assert.deepEqual(of("cn=x"), { role: "submit", tenant: "lab" });
  assert.deepEqual(of(), { role: "read", tenant: "default" });
  assert.equal(accessOf(["others"], ["ops=admin"], "default"), undefined);
  // A group cannot be named so that it means everybody, or be found by a part of its name.
  assert.equal(accessOf(["*"], ["ops=admin"], "default"), undefined);
  assert.equal(accessOf(["op", "opss", "OPS", "ops "], ["ops=admin"], "default"), undefined);
});

test("what is no rule is named", () => {
  for (const rule of ["ops", "ops=", "=admin", "ops=owner", "ops=admin@UPPER", "ops=admin@", "ops=Admin"]) {
    const parsed = roleRulesSetting.safeParse(`*=read,${rule}`);
    assert.match(parsed.error?.issues[0]?.message ?? "", /is no rule\. Give group=role/, rule);
  }
});
