import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parseEnv } from "@bullpen/runtime";
import { envSchema } from "@bullpen/worker/env";
import { parse } from "yaml";
import { z } from "zod";
import { ROOT } from "../testing/run-app.js";
import { parseDockerfile } from "./dockerfile.js";

const RENTED = join(ROOT, "infra/rented");
const targets = parseDockerfile(readFileSync(join(ROOT, "infra/docker/Dockerfile"), "utf8"));
const settingsSchema = z.record(z.string(), z.string());

function checkWorker(image: string, env: Readonly<Record<string, string>>): void {
  const [, name, version] =
    /^(?:docker:)?registry\.example\.com\/bullpen-([\w-]+):([\d.]+)$/.exec(image) ?? [];
  assert.ok(
    targets.some((stage) => stage.name === name),
    image,
  );
  const { version: own } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));
  assert.equal(version, own, "the release that the template is of");
  const known = Object.keys(
    z.toJSONSchema(envSchema, { io: "input", unrepresentable: "any" }).properties ?? {},
  );
  for (const variable of Object.keys(env)) assert.ok(known.includes(variable), variable);
  // RunPod puts its secrets in the place of their names.
  const plain = Object.entries(env).filter(([, value]) => !value.includes("{{ RUNPOD_SECRET_"));
  const settings = parseEnv(envSchema, {
    ...Object.fromEntries(plain),
    REDIS_URL: "rediss://worker:password@redis.example.com:6379",
  });
  assert.equal(settings.GPUS_PER_WORKER, 2);
}

describe("templates for rented GPUs", () => {
  for (const gpu of ["A100", "H100"]) {
    it(`rent two ${gpu} at RunPod, with 120 GB of container and 600 GB of volume`, () => {
      const pod = z
        .object({
          imageName: z.string(),
          gpuTypeIds: z.array(z.string()),
          gpuCount: z.literal(2),
          containerDiskInGb: z.literal(120),
          volumeInGb: z.literal(600),
          volumeMountPath: z.string(),
          env: settingsSchema,
        })
        .parse(JSON.parse(readFileSync(join(RENTED, `runpod-2x${gpu.toLowerCase()}.json`), "utf8")));
      assert.ok(pod.gpuTypeIds.every((id) => id.includes(gpu)));
      checkWorker(pod.imageName, pod.env);
      const stage = targets.find(({ name }) => name === "worker-vllm");
      assert.equal(stage?.last("VOLUME", targets), pod.volumeMountPath);
    });
  }

  it("rent a pair by SkyPilot", () => {
    const task = z
      .object({
        resources: z.object({
          any_of: z.array(z.object({ accelerators: z.string() })),
          image_id: z.string(),
        }),
        envs: settingsSchema,
      })
      .parse(parse(readFileSync(join(RENTED, "skypilot-worker.yaml"), "utf8")));
    assert.ok(task.resources.any_of.every(({ accelerators }) => accelerators.endsWith(":2")));
    checkWorker(task.resources.image_id, task.envs);
  });
});

describe("sets of values for the chart", () => {
  it("are in the documentation, each of them", () => {
    const text = readFileSync(join(ROOT, "docs/kubernetes.md"), "utf8");
    for (const file of readdirSync(join(ROOT, "infra/helm/examples"))) {
      assert.ok(text.includes(`../infra/helm/examples/${file}`), file);
    }
  });

  it("are of the release", () => {
    const { version, appVersion } = parse(readFileSync(join(ROOT, "infra/helm/bullpen/Chart.yaml"), "utf8"));
    const { version: own } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    assert.deepEqual([version, appVersion], [own, own]);
  });
});
