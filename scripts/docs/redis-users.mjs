// `npm run docs`: writes infra/redis/users.acl, the users of Redis that the containers start it with.
// `--check` writes nothing and fails where the file says something else.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { aclRules, REDIS_USERS } from "../../packages/queue/dist/redis-users/redis-users.js";
import { ROOT } from "../setup.mjs";

const FILE = `${ROOT}infra/redis/users.acl`;

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const text = REDIS_USERS.map((user) => `user ${user.name} ${aclRules(user).join(" ")}\n`).join("");
if (!values.check) {
  writeFileSync(FILE, text);
} else if (readFileSync(FILE, "utf8") !== text) {
  console.error("infra/redis/users.acl is not what the code says. Run `npm run docs`.");
  process.exitCode = 1;
}
