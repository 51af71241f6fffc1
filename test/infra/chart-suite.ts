import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { parseEnv } from "@bullpen/runtime";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { ROOT } from "../testing/run-app.js";
import { examples, GOLDEN, lint, type Manifest, parseManifests, template } from "./chart.js";

/** The oldest of Kubernetes that the chart is for and whose schemas there are, and the newest. */
const KUBERNETES = ["1.27", "1.37"];
const OPERATORS = new Map([
  ["keda.sh/v1alpha1", "keda"],
  ["monitoring.coreos.com/v1", "prometheus-operator"],
]);

const containerSchema = z.object({
  name: z.string(),
  image: z.string(),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.boolean(),
    capabilities: z.object({ drop: z.tuple([z.literal("ALL")]) }),
  }),
  resources: z.object({ limits: z.record(z.string(), z.unknown()).optional() }),
});
const deploymentSchema = z.object({
  replicas: z.number().optional(),
  selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
  template: z.object({
    metadata: z.object({ labels: z.record(z.string(), z.string()) }),
    spec: z.object({
      terminationGracePeriodSeconds: z.number(),
      automountServiceAccountToken: z.literal(false),
      securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.literal(1000) }),
      containers: z.tuple([containerSchema]),
    }),
  }),
});
const policySchema = z.object({ egress: z.array(z.object({ to: z.array(z.unknown()).optional() })) });

const APPS = ["api", "batcher", "worker", "tool-worker", "dashboard"];

async function envSchemaOf(app: string): Promise<z.ZodType> {
  return (await import(pathToFileURL(join(ROOT, "apps", app, "dist/env.js")).href)).envSchema;
}

async function settingsOf(app: string): Promise<string[]> {
  const schema = z.toJSONSchema(await envSchemaOf(app), { io: "input", unrepresentable: "any" });
  return Object.keys(schema.properties ?? {});
}

interface Deployment extends z.output<typeof deploymentSchema> {
  readonly name: string;
  readonly app: string;
}

function rendered(example: string): Manifest[] {
  const { status, stdout, stderr } = template(example);
  assert.equal(status, 0, stderr);
  return parseManifests(stdout);
}

function deploymentsOf(manifests: readonly Manifest[]): Deployment[] {
  return manifests
    .filter(({ kind }) => kind === "Deployment")
    .map(({ metadata, spec }) => {
      const app = metadata.labels["app.kubernetes.io/component"] ?? "";
      return { name: metadata.name, app, ...deploymentSchema.parse(spec) };
    });
}

/** Without what is a file of its own in the repository, and without the version, which changes with each release. */
function goldenOf(text: string): string {
  const isOwn = (document: string) => !/^kind: (?:ConfigMap|PrometheusRule)$/m.test(document);
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const documents = text.split(/^(?=---$)/m).filter(isOwn);
  return documents.join("").replaceAll(version, "<version>");
}

for (const example of examples) {
  describe(`the chart with ${example}.yaml`, () => {
    testObjects(example);
    testProcesses(example);
    testPods(example);
  });
}

/** That tools take what is rendered, and that it is what it was. */
function testObjects(example: string): void {
  it("has no findings of `helm lint --strict`", () => {
    const { status, stdout, stderr } = lint(example);
    assert.equal(status, 0, stdout + stderr);
    assert.doesNotMatch(stdout, /\[(?:WARNING|ERROR)\]/);
  });

  it("renders what its golden file says", () => {
    const { status, stdout, stderr } = template(example);
    assert.equal(status, 0, stderr);
    assert.equal(stderr, "");
    const path = join(GOLDEN, `${example}.yaml`);
    if (process.env.UPDATE_GOLDEN) writeFileSync(path, goldenOf(stdout));
    assert.equal(goldenOf(stdout), readFileSync(path, "utf8"), "npm run test:infra -- --update");
  });

  it("renders objects that Kubernetes takes", () => {
    const folder = mkdtempSync(join(tmpdir(), "bullpen-chart-"));
    try {
      const own = rendered(example).filter(({ apiVersion }) => !OPERATORS.has(apiVersion));
      const files = own.map((manifest, i) => {
        const path = join(folder, `${i}.yaml`);
        writeFileSync(path, stringify(manifest));
        return path;
      });
      for (const version of KUBERNETES) {
        const args = ["-m", "kubernetes_validate", "--strict", "--quiet", "-k", version, ...files];
        const { status, stdout, stderr } = spawnSync(process.env.INFRA_PYTHON ?? "python3", args, {
          encoding: "utf8",
        });
        assert.equal(status, 0, `${version}: ${stdout}${stderr}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("renders objects that KEDA and the Prometheus operator take", async () => {
    for (const manifest of rendered(example)) {
      const models = OPERATORS.get(manifest.apiVersion);
      if (models === undefined) continue;
      const folder = join(process.env.KUBERNETES_MODELS ?? "", models, manifest.apiVersion);
      const module = await import(pathToFileURL(join(folder, `${manifest.kind}.js`)).href);
      const object = new module[manifest.kind](manifest);
      assert.doesNotThrow(() => object.validate(), manifest.metadata.name);
    }
  });
}

function testProcesses(example: string): void {
  it("gives each process settings that it takes", async () => {
    // `settings` of the values are for all processes, each of which reads some.
    const known = (await Promise.all(APPS.map(settingsOf))).flat();
    for (const { name, app, template: pod } of deploymentsOf(rendered(example))) {
      const [{ env }] = pod.spec.containers;
      const own = env.filter((variable) => variable.name !== "NODE_OPTIONS");
      for (const variable of own) {
        assert.ok(known.includes(variable.name.replace(/_FILE$/, "")), `${name}: ${variable.name}`);
      }
      // The files are those of Secrets, which are not here.
      const settings = own.filter((variable) => !variable.name.endsWith("_FILE"));
      parseEnv(await envSchemaOf(app), Object.fromEntries(settings.map(({ name, value }) => [name, value])));
    }
  });

  it("gives each process a budget, a service and a network policy of its own", () => {
    const manifests = rendered(example);
    for (const { name, template: pod, selector } of deploymentsOf(manifests)) {
      const matches = (labels: Readonly<Record<string, string>>) =>
        Object.entries(labels).every(([label, value]) => pod.metadata.labels[label] === value);
      assert.ok(matches(selector.matchLabels), name);
      const selectors = (kind: string, read: (spec: never) => Record<string, string>) =>
        manifests.filter((each) => each.kind === kind).map(({ spec }) => read(spec as never));
      const labelled = (spec: { selector: { matchLabels: Record<string, string> } }) =>
        spec.selector.matchLabels;
      const counts = [
        selectors("PodDisruptionBudget", labelled),
        selectors("Service", (spec: { selector: Record<string, string> }) => spec.selector),
        selectors(
          "NetworkPolicy",
          (spec: { podSelector: { matchLabels: Record<string, string> } }) => spec.podSelector.matchLabels,
        ),
      ].map((found) => found.filter(matches).length);
      assert.deepEqual(counts, [1, 1, 1], name);
    }
  });
}

function testPods(example: string): void {
  it("gives each pod the time that its drain takes", () => {
    for (const { name, app, template: pod } of deploymentsOf(rendered(example))) {
      const [{ env, image }] = pod.spec.containers;
      const grace = Number(env.find((each) => each.name === "SHUTDOWN_GRACE_SECONDS")?.value);
      // What runProcess() takes besides: to close connections; for a fleet; for vLLM.
      const close = app === "worker" ? (image.includes("vllm") ? 19 : 8) : 5;
      const [time, needed] = [pod.spec.terminationGracePeriodSeconds, grace + close];
      assert.ok(time > needed, `${name}: ${time} s, needs ${needed}`);
    }
  });

  it("gives workers with GPUs two each, and no other process any", () => {
    for (const { name, app, template: pod } of deploymentsOf(rendered(example))) {
      const [{ resources, image }] = pod.spec.containers;
      const isOnGpus = app === "worker" && /-(?:gpu|vllm):/.test(image);
      assert.equal(resources.limits?.["nvidia.com/gpu"], isOnGpus ? 2 : undefined, name);
    }
  });

  it("lets the programs of models reach names and Redis, and nothing else", () => {
    const policy = rendered(example).find(
      ({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name === "bullpen-tool-worker-calculator",
    );
    const { egress } = policySchema.parse(policy?.spec);
    assert.equal(egress.length, 2);
    const calculator = deploymentsOf(rendered(example)).find(({ name }) => name.endsWith("-calculator"));
    assert.equal(calculator?.template.spec.containers[0].securityContext.readOnlyRootFilesystem, true);
  });
}

describe("the chart", () => {
  it("has the dashboard and the alerts of docker-compose.yml", () => {
    const manifests = rendered("gpu");
    const found = (kind: string, name: string) =>
      manifests.find((each) => each.kind === kind && each.metadata.name === name);
    const read = (path: string) => readFileSync(join(ROOT, "infra", path), "utf8");
    const dashboards = z
      .object({ data: z.record(z.string(), z.string()) })
      .parse(found("ConfigMap", "bullpen-dashboards"));
    assert.deepEqual(
      JSON.parse(dashboards.data["bullpen.json"] ?? ""),
      JSON.parse(read("grafana/dashboards/bullpen.json")),
    );
    const rules = z
      .object({ data: z.record(z.string(), z.string()) })
      .parse(found("ConfigMap", "bullpen-rules"));
    assert.deepEqual(parse(rules.data["rules.yml"] ?? ""), parse(read("prometheus/rules.yml")));
    assert.deepEqual(found("PrometheusRule", "bullpen")?.spec, parse(read("prometheus/rules.yml")));
  });

  const refused: [values: string, error: RegExp][] = [
    ["workers.demo.engine=gpu", /'\/workers\/demo\/engine': value must be one of 'cpu', 'cuda', 'vllm'/],
    ["workers.demo.slotz=8", /additional properties 'slotz' not allowed/],
    ["workers.other.engine=cpu", /'\/workers\/other': missing properties 'model', 'modelName'/],
    ["redis.secret=", /'\/redis\/secret': minLength/],
    ["settings.log_level=debug", /invalid propertyName 'log_level'/],
    ["storage.s3.bucket=", /storage\.s3\.bucket: name the bucket, or set storage\.kind to volume/],
  ];
  for (const [values, error] of refused) {
    it(`refuses ${values}, and names the field`, () => {
      const { status, stderr } = template("cpu", [values]);
      assert.notEqual(status, 0);
      assert.match(stderr, error);
    });
  }
});
