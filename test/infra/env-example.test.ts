import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { parseEnv } from "@bullpen/runtime";
import { parse } from "yaml";
import { z } from "zod";
import { ROOT } from "../testing/run-app.js";
import { composeClient } from "./compose-client.js";

const APPS = ["api", "batcher", "worker", "tool-worker", "dashboard"] as const;

/** Names and values of .env.example, those too that are comments. */
const variables = new Map(
  readFileSync(join(ROOT, ".env.example"), "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, name, value = ""] = /^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value.replace(/^'(.*)'$/, "$1")] as const];
    }),
);

async function schemaOf(app: string): Promise<z.ZodType> {
  const { envSchema } = await import(pathToFileURL(join(ROOT, "apps", app, "dist/env.js")).href);
  return envSchema;
}

async function settingsOf(app: string): Promise<string[]> {
  const { properties = {} } = z.toJSONSchema(await schemaOf(app), { io: "input", unrepresentable: "any" });
  return Object.keys(properties).filter((name) => name === name.toUpperCase());
}

describe(".env.example", () => {
  it("has every setting of every process", async () => {
    for (const app of APPS) {
      const missing = (await settingsOf(app)).filter((name) => !variables.has(name));
      assert.deepEqual(missing, [], app);
    }
  });

  it("has every variable of the compose files", () => {
    for (const file of ["docker-compose.yml", "docker-compose.secrets.yml"]) {
      const text = readFileSync(join(ROOT, file), "utf8").replaceAll("$$", "");
      const missing = [...text.matchAll(/\$\{(\w+)/g)].filter(([, name = ""]) => !variables.has(name));
      assert.deepEqual(missing, [], file);
    }
  });

  for (const app of APPS) {
    it(`has values that the ${app} takes, as they are`, async () => {
      parseEnv(await schemaOf(app), Object.fromEntries(variables));
    });
  }
});

describe("infra/compose/settings.yml", () => {
  const servicesSchema = z.record(z.string(), z.object({ environment: z.record(z.string(), z.null()) }));
  const services = servicesSchema.parse(
    parse(readFileSync(join(ROOT, "infra/compose/settings.yml"), "utf8")).services,
  );

  it("passes on what a process reads, and nothing that it does not", async () => {
    for (const app of APPS) {
      const known = new Set((await settingsOf(app)).flatMap((name) => [name, `${name}_FILE`]));
      const passed = Object.keys(services[app]?.environment ?? {});
      assert.deepEqual(
        passed.filter((name) => !known.has(name)),
        [],
      );
      assert.ok(passed.includes("LOG_LEVEL"), app);
      assert.ok(!passed.includes("REDIS_PASSWORD"), `${app}: each process has its own`);
    }
  });
});

const client = composeClient();
describe("docker compose", { skip: client === undefined && "no client of Docker Compose" }, () => {
  for (const profiles of ["cpu", "gpu", "vllm", "cpu,observability"]) {
    for (const files of [[], ["docker-compose.secrets.yml"]]) {
      it(`takes the files with the profiles ${profiles}${files.length > 0 ? " and secrets" : ""}`, () => {
        const named = ["docker-compose.yml", ...files].flatMap((file) => ["--file", file]);
        const [command = "", ...args] = client ?? [];
        const { status, stderr } = spawnSync(
          command,
          [...args, "--env-file", ".env.example", ...named, "config", "--quiet"],
          { cwd: ROOT, encoding: "utf8", env: { ...process.env, COMPOSE_PROFILES: profiles } },
        );
        assert.equal(status, 0, stderr);
        assert.equal(stderr, "");
      });
    }
  }
});
