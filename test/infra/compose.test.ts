import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { REDIS_USERS } from "@bullpen/queue/redis-users";
import { parse } from "yaml";
import { z } from "zod";
import { compose, imageOf, ours, service } from "./compose-file.js";
import { parseDockerfile } from "./dockerfile.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** docker-compose.secrets.yml, which is laid over the first file. */
const secretsSchema = z.object({
  services: z.record(
    z.string(),
    z.object({ environment: z.record(z.string(), z.string()), secrets: z.array(z.string()) }),
  ),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});

const scrapeConfigsSchema = z.tuple([
  z.object({ dns_sd_configs: z.array(z.object({ names: z.array(z.string()), port: z.number() })) }),
]);

const dockerfile = parseDockerfile(readFileSync(join(ROOT, "infra/docker/Dockerfile"), "utf8"));

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
        "search-worker": [],
        worker: ["cpu"],
        "worker-gpu": ["gpu"],
        vllm: ["vllm"],
        "worker-vllm": ["vllm"],
        prometheus: ["observability"],
        "otel-collector": ["observability"],
        tempo: ["observability"],
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

  it("gives every process a Redis user of its own, and the tool-worker nobody else's password", () => {
    const users = new Set(REDIS_USERS.map(({ name }) => name));
    for (const [name, { environment }] of ours) {
      const [, user = ""] =
        /^redis:\/\/(?:\$\{DASHBOARD_REDIS_USER:-)?([\w-]+)\}?@redis:6379$/.exec(
          String(environment.REDIS_URL),
        ) ?? [];
      assert.ok(users.has(user), `${name}: ${environment.REDIS_URL}`);
      assert.ok(name === "search-worker" ? user === "tool-worker" : name.startsWith(user), name);
      const variable = `${user.replace("-", "_").toUpperCase()}_REDIS_PASSWORD`;
      const fallback = user === "tool-worker" ? "tool-worker" : `\${REDIS_PASSWORD:-bullpen}`;
      assert.equal(environment.REDIS_PASSWORD, `\${${variable}:-${fallback}}`, name);
      assert.ok(variable in service("redis").environment, variable);
    }
    assert.doesNotMatch(JSON.stringify(service("tool-worker").environment), /\{REDIS_PASSWORD/);
  });

  it("takes all passwords of Redis from files, by the second file", () => {
    const { services, secrets } = secretsSchema.parse(
      parse(readFileSync(join(ROOT, "docker-compose.secrets.yml"), "utf8")),
    );
    assert.deepEqual(Object.keys(services).sort(), ["redis", ...ours.map(([name]) => name)].sort());
    for (const [name, { environment, secrets: mounted }] of Object.entries(services)) {
      const files = Object.entries(environment).filter(([variable]) => variable.endsWith("_FILE"));
      assert.deepEqual(
        files.map(([, path]) => path.replace("/run/secrets/", "")).sort(),
        [...mounted].sort(),
        name,
      );
      for (const secret of mounted) assert.ok(secret in secrets, secret);
      // What the first file sets must be emptied: both given is refused.
      for (const [variable] of files) {
        const plain = variable.replace(/_FILE$/, "");
        const first = String(service(name).environment[plain] ?? "");
        assert.ok(/^(\$\{\w+:-\})?$/.test(first) || environment[plain] === "", `${name}: ${plain}`);
      }
    }
    const users = ["default", ...REDIS_USERS.map(({ name }) => name)];
    assert.deepEqual(Object.keys(secrets).sort(), users.map((user) => `redis-${user}`).sort());
  });

  for (const name of ["tool-worker", "search-worker"]) {
    it(`shuts the ${name} in: nothing of its own can be written but a small /tmp`, () => {
      const toolWorker = service(name);
      assert.ok(toolWorker.read_only);
      assert.match(toolWorker.tmpfs[0] ?? "", /^\/tmp:.*noexec/);
      assert.deepEqual(toolWorker.volumes, []);
      assert.equal(
        toolWorker.environment.NODE_OPTIONS,
        `\${TOOL_WORKER_NODE_OPTIONS---permission --allow-fs-read=* --allow-worker}`,
      );
    });
  }

  it("runs the programs of models on a network without a way out, with Redis and what watches; Search apart", () => {
    const on = (network: string) =>
      Object.entries(compose.services).flatMap(([name, { networks }]) =>
        networks.includes(network) ? name : [],
      );
    assert.deepEqual(compose.networks, { tools: { internal: true } });
    assert.deepEqual(service("tool-worker").networks, ["tools"]);
    assert.deepEqual(on("tools").toSorted(), ["otel-collector", "prometheus", "redis", "tool-worker"]);
    const { BUILT_IN_TOOLS, TOOLS_FOLDER, MCP_CONFIG } = service("tool-worker").environment;
    assert.deepEqual([BUILT_IN_TOOLS, TOOLS_FOLDER, MCP_CONFIG], ["Calculator", "", ""]);
    assert.equal(service("search-worker").environment.BUILT_IN_TOOLS, "Search");
    assert.deepEqual(service("search-worker").networks, ["default"]);
  });

  it("passes each process the settings that it reads", () => {
    for (const [name, { extends: base }] of ours) {
      assert.equal(base?.file, "infra/compose/settings.yml", name);
      const app = name === "search-worker" ? "tool-worker" : name.replace(/-(gpu|vllm)$/, "");
      assert.equal(base?.service, app, name);
    }
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
  const images = new Set([...ours.map(([name]) => imageOf(name)), "worker-vllm"]);

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
      const app = name.replace(/-(?:gpu|vllm)$/, "");
      const port = `${app.replace("-", "_").toUpperCase()}_PORT`;
      assert.match(
        stage.last("HEALTHCHECK", dockerfile) ?? "",
        new RegExp(`\\["node", "healthcheck\\.mjs", "${port}"\\]$`),
      );
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
