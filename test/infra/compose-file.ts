import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { ROOT } from "../testing/run-app.js";

const environmentSchema = z.record(z.string(), z.union([z.string(), z.number()]));
const serviceSchema = z.object({
  image: z.string(),
  build: z.object({ context: z.literal("."), dockerfile: z.string(), target: z.string() }).optional(),
  profiles: z.array(z.string()).default([]),
  command: z.array(z.string()).optional(),
  init: z.boolean().default(false),
  ports: z.array(z.string()).default([]),
  environment: environmentSchema.default({}),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  networks: z.array(z.string()).default(["default"]),
  extends: z.object({ file: z.string(), service: z.string() }).optional(),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).default([]),
  mem_limit: z.string().optional(),
  shm_size: z.string().optional(),
  entrypoint: z.array(z.string()).default([]),
  deploy: z
    .object({
      resources: z.object({
        reservations: z.object({
          devices: z.array(
            z.object({ driver: z.string(), count: z.number(), capabilities: z.array(z.string()) }),
          ),
        }),
      }),
    })
    .optional(),
});
export type Service = z.output<typeof serviceSchema>;

const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.unknown()),
  networks: z.record(z.string(), z.object({ internal: z.boolean() })),
});

/** docker-compose.yml. */
export const compose = composeSchema.parse(
  parse(readFileSync(join(ROOT, "docker-compose.yml"), "utf8"), { merge: true }),
);
/** The worker beside vLLM needs no GPU: it is the worker for a CPU. Both tool-workers run one image. */
export function imageOf(name: string): string {
  if (name === "search-worker") return "tool-worker";
  return name === "worker-vllm" ? "worker" : name;
}

export function service(name: string): Service {
  const found = compose.services[name];
  assert.ok(found, `docker-compose.yml has no service ${name}`);
  return found;
}

/** Services that run somebody else's image. */
const THEIRS = new Set(["redis", "vllm", "prometheus", "grafana", "otel-collector", "tempo"]);
export const ours = Object.entries(compose.services).filter(([name]) => !THEIRS.has(name));
