import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { Command } from "commander";
import { examples } from "../help.js";
import { readPasswords } from "./passwords.js";

interface AclOptions {
  readonly passwords?: string;
}

/** Redis' own user, for operators: it may do everything. */
const DEFAULT_USER = { name: "default", rules: ["~*", "&*", "+@all"] };

/** `bullpen redis acl` */
export function redisAclCommand(): Command {
  return new Command("acl")
    .description("print users of Redis for the processes, each with the rights that it needs, as an ACL file")
    .option(
      "--passwords <folder>",
      "a folder with a file for each user that holds its password; missing ones are made (default: no passwords, so that nobody can log in)",
    )
    .addHelpText(
      "after",
      examples(
        ["redis acl", "the rules alone"],
        ["redis acl --passwords secrets/redis > users.acl", "for `aclfile` in redis.conf"],
      ),
    )
    .action(printAcl);
}

async function printAcl({ passwords: folder }: AclOptions): Promise<void> {
  // The package is large, and no other command needs it.
  const { aclRules, REDIS_USERS } = await import("@bullpen/queue/redis-users");
  const users = REDIS_USERS.map((user) => ({ name: user.name, rules: aclRules(user) }));
  if (folder === undefined) {
    for (const { name, rules } of users) console.log(["user", name, ...rules].join(" "));
    return;
  }
  const all = [DEFAULT_USER, ...users];
  const passwords = await readPasswords(
    resolve(folder),
    all.map(({ name }) => name),
  );
  for (const { name, rules } of all) {
    const digest = createHash("sha256")
      .update(passwords.get(name) ?? "")
      .digest("hex");
    console.log(["user", name, "on", `#${digest}`, ...rules].join(" "));
  }
  console.error(
    `Load it with \`aclfile\`. A process logs in by REDIS_URL=redis://<user>@<host>:6379 and REDIS_PASSWORD_FILE=${folder}/<user>.`,
  );
}
