import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { parseDockerfile } from "./dockerfile.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

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
type Service = z.output<typeof serviceSchema>;

const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.unknown()),
});

const scrapeConfigsSchema = z.tuple([
  z.object({ dns_sd_configs: z.array(z.object({ names: z.array(z.string()), port: z.number() })) }),
]);

const compose = composeSchema.parse(
  parse(readFileSync(join(ROOT, "docker-compose.yml"), "utf8"), { merge: true }),
);
const dockerfile = parseDockerfile(readFileSync(join(ROOT, "infra/docker/Dockerfile"), "utf8"));

/** The worker beside vLLM needs no GPU: it is the worker for a CPU. */
function imageOf(name: string): string {
  return name === "worker-vllm" ? "worker" : name;
}

function service(name: string): Service {
  const found = compose.services[name];
  assert.ok(found, `docker-compose.yml has no service ${name}`);
  return found;
}

/** Services that run somebody else's image. */
const THEIRS = new Set(["redis", "vllm", "prometheus", "grafana"]);
const ours = Object.entries(compose.services).filter(([name]) => !THEIRS.has(name));

describe("docker-compose.yml", () => {
  it("has every process, the workers behind a profile each", () => {
    assert.deepEqual(
      Object.fromEntries(Object.entries(compose.services).map(([name, { profiles }]) => [name, profiles])),
      {
        redis: [],
        api: [],
        batcher: [],
        dashboard: [],
        "tool-worker": [],
        worker: ["cpu"],
        "worker-gpu": ["gpu"],
        vllm: ["vllm"],
        "worker-vllm": ["vllm"],
        prometheus: ["observability"],
        grafana: ["observability"],
      },
    );
  });

  it("runs Redis with an append-only file, without eviction, and waits for it", () => {
    const redis = service("redis");
    const command = redis.command ?? [];
    const flag = (name: string) => command[command.indexOf(name) + 1];
    assert.equal(flag("--appendonly"), "yes");
    assert.equal(flag("--appendfsync"), "everysec");
    assert.equal(flag("--maxmemory-policy"), "noeviction");
    assert.deepEqual(redis.volumes, ["redis:/data", "./infra/redis:/bullpen:ro"]);
    assert.ok(redis.healthcheck);
    assert.deepEqual(redis.ports, [], "nobody outside needs Redis");
    for (const [name, { depends_on }] of ours) {
      assert.equal(depends_on.redis?.condition, "service_healthy", name);
    }
  });

  it("publishes ports to this machine alone", () => {
    for (const [name, { ports }] of Object.entries(compose.services)) {
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:/, name);
    }
    assert.equal(service("api").ports.length, 1);
    assert.equal(service("dashboard").ports.length, 1);
  });

  it("gives every process an init, no capabilities and no new privileges", () => {
    for (const [name, process] of ours) {
      assert.ok(process.init, `${name}: Node as PID 1 reaps no orphans`);
      assert.deepEqual(process.cap_drop, ["ALL"], name);
      assert.deepEqual(process.security_opt, ["no-new-privileges:true"], name);
      assert.equal(process.environment.HOST, "0.0.0.0", name);
    }
  });

  it("bounds the memory of those that take what strangers send", () => {
    for (const name of ["api", "tool-worker"]) assert.match(service(name).mem_limit ?? "", /:-2g\}$/, name);
  });

  it("lets the containers call each other by the names of their services", () => {
    for (const [name, { environment }] of ours) {
      const [own, yours] = String(environment.ALLOWED_HOSTS).split(",${");
      assert.deepEqual(own?.split(","), ours.map(([service]) => service).toSorted(), name);
      assert.equal(yours, "ALLOWED_HOSTS:-}", name);
    }
  });

  it("gives the tool-worker a Redis user of its own, and the others' password to nobody else", () => {
    for (const [name, { environment }] of ours) {
      const user = name === "tool-worker" ? "tool-worker" : "default";
      assert.match(
        String(environment.REDIS_URL),
        new RegExp(`^redis://${user}:\\$\\{\\w+:-[\\w-]+\\}@redis:6379$`),
        name,
      );
    }
    assert.doesNotMatch(JSON.stringify(service("tool-worker").environment), /\{REDIS_PASSWORD/);
  });

  it("shuts the tool-worker in: nothing of its own can be written but a small /tmp", () => {
    const toolWorker = service("tool-worker");
    assert.ok(toolWorker.read_only);
    assert.match(toolWorker.tmpfs[0] ?? "", /^\/tmp:.*noexec/);
    assert.deepEqual(toolWorker.volumes, []);
    assert.equal(
      toolWorker.environment.NODE_OPTIONS,
      `\${TOOL_WORKER_NODE_OPTIONS---permission --allow-fs-read=* --allow-worker}`,
    );
  });

  it("reserves a pair of NVIDIA GPUs for the GPU worker and shows it both", () => {
    const worker = service("worker-gpu");
    const devices = worker.deploy?.resources.reservations.devices;
    assert.deepEqual(devices, [{ driver: "nvidia", count: 2, capabilities: ["gpu"] }]);
    assert.equal(worker.environment.CUDA_VISIBLE_DEVICES, "0,1");
    assert.equal(service("worker").deploy, undefined);
  });

  it("gives vLLM the pair, shared memory and a cache, and its worker the address that it listens on", () => {
    const vllm = service("vllm");
    assert.deepEqual(
      vllm.deploy?.resources.reservations.devices,
      service("worker-gpu").deploy?.resources.reservations.devices,
    );
    const command = vllm.entrypoint.at(-1) ?? "";
    assert.match(command, /^exec vllm serve "\$\$MODEL" .*--port 8000 --tensor-parallel-size 2 .*\$\$ARGS$/);
    assert.match(command, /--enable-prompt-tokens-details --enable-tokenizer-info-endpoint/);
    assert.equal(vllm.shm_size, "16gb");
    assert.deepEqual(vllm.volumes, ["vllm:/root/.cache"]);
    assert.deepEqual(vllm.ports, [], "only the worker calls it");
    const worker = service("worker-vllm");
    assert.equal(worker.depends_on.vllm?.condition, "service_healthy");
    const { LLM_BASE_URL, LLM_MODEL, LLM_API_KEY } = worker.environment;
    assert.equal(LLM_BASE_URL, "http://vllm:8000/v1");
    assert.deepEqual([LLM_MODEL, LLM_API_KEY], [vllm.environment.MODEL, vllm.environment.VLLM_API_KEY]);
  });

  it("gives api and batcher the same files, in a volume that outlives them", () => {
    for (const name of ["api", "batcher"]) {
      assert.deepEqual(service(name).volumes, ["data:/data"], name);
      assert.ok(service(name).read_only, `${name} writes nowhere else`);
      const stage = dockerfile.find((each) => each.name === name);
      assert.equal(stage?.last("VOLUME", dockerfile), "/data");
    }
  });

  it("gives the api, the batcher and the workers one model", () => {
    for (const name of ["api", "batcher", "worker", "worker-gpu", "worker-vllm"]) {
      assert.equal(service(name).environment.MODEL, `\${MODEL:-demo}`, name);
    }
  });

  it("lets Prometheus find each process at the port of its image", () => {
    const prometheus = parse(readFileSync(join(ROOT, "infra/prometheus/prometheus.yml"), "utf8"));
    const [{ dns_sd_configs }] = scrapeConfigsSchema.parse(prometheus.scrape_configs);
    for (const [name] of ours) {
      const port = dns_sd_configs.find(({ names }) => names.includes(name))?.port;
      const target = service(name).build?.target;
      const stage = dockerfile.find((each) => each.name === target);
      assert.match(stage?.last("ENV", dockerfile) ?? "", new RegExp(`_PORT=${port}\\b`), name);
    }
  });

  it("builds each image from a target that exists", () => {
    for (const [name, { build, image }] of ours) {
      assert.equal(image, `bullpen-${imageOf(name)}`);
      assert.equal(build?.dockerfile, "infra/docker/Dockerfile", name);
      assert.equal(build?.target, imageOf(name));
      assert.ok(
        dockerfile.some((stage) => stage.name === build?.target),
        `no target ${build?.target}`,
      );
    }
  });

  it("declares the volumes that it mounts", () => {
    for (const { volumes } of Object.values(compose.services)) {
      for (const volume of volumes) {
        if (volume.startsWith("./")) {
          assert.ok(existsSync(join(ROOT, volume.split(":")[0] ?? "")), volume);
          continue;
        }
        const source = /^(?:\$\{\w+:-)?(\w+)/.exec(volume)?.[1] ?? "";
        assert.ok(source in compose.volumes, volume);
      }
    }
  });
});

describe("Dockerfile", () => {
  const images = new Set(ours.map(([name]) => imageOf(name)));

  it("copies from the build context only what exists", () => {
    for (const { copies } of dockerfile) {
      for (const { from, sources } of copies) {
        if (from !== undefined) continue;
        for (const source of sources) assert.ok(existsSync(join(ROOT, source)), `COPY ${source}`);
      }
    }
  });

  it("copies from earlier stages", () => {
    for (const [index, { copies }] of dockerfile.entries()) {
      const before = dockerfile.slice(0, index).map((stage) => stage.name);
      for (const { from } of copies) assert.ok(from === undefined || before.includes(from), from);
    }
  });

  for (const name of images) {
    it(`runs ${name} as a plain user, with a health check, as one Node process`, () => {
      const stage = dockerfile.find((each) => each.name === name);
      assert.ok(stage);
      assert.equal(stage.last("USER", dockerfile), "1000:1000");
      const port = `${name.replace("-gpu", "").replace("-", "_").toUpperCase()}_PORT`;
      assert.match(
        stage.last("HEALTHCHECK", dockerfile) ?? "",
        new RegExp(`healthcheck\\.mjs "\\$${port}"$`),
      );
      const app = name.replace("-gpu", "");
      // The exec form: with a shell in between, SIGTERM would not reach Node.
      assert.equal(stage.last("CMD", dockerfile), `["node", "apps/${app}/dist/main.js"]`);
      assert.ok(existsSync(join(ROOT, "apps", app, "src/main.ts")));
    });
  }

  it("installs from the lock file, and only for production what goes into an image", () => {
    const installs = dockerfile.flatMap((stage) => stage.runs.filter((run) => run.includes("npm ")));
    for (const install of installs) assert.match(install, /npm ci --ignore-scripts/);
    const forImages = installs.filter((install) => install.includes("--omit=dev"));
    assert.equal(forImages.length, installs.length - 1, "one stage, which compiles, has all");
  });
});
