import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Env as ApiEnv } from "@bullpen/api/env";
import { BullpenClient } from "@bullpen/client";
import { openApiDocument } from "@bullpen/protocol/openapi";
import type { Running } from "@bullpen/runtime";
import { AccessKeyStore, LocalStore } from "@bullpen/storage";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestDashboard } from "../testing/dashboard.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import type { Target } from "./attack-script.js";

export interface InstallationOptions {
  readonly withKeys: boolean;
  readonly api?: Partial<ApiEnv>;
}

/** The forms of a query's, a batch's, a file's and an endpoint's id; the objects of an installation. */
interface Objects {
  readonly query: string;
  readonly file: string;
  readonly batch: string;
  readonly endpoint: string;
}

/** An api, and a dashboard that may change queues, with an object of each kind that could be changed. */
export class AttackedInstallation {
  readonly api: TestApi;
  readonly dashboard: Running;
  /** Of the role admin; `undefined` where no key is needed. */
  readonly key: string | undefined;
  readonly #redis: TestRedis;
  readonly #folder: string;
  readonly #objects: Objects;

  static async start({ withKeys, api: overrides }: InstallationOptions): Promise<AttackedInstallation> {
    const folder = await mkdtemp(join(tmpdir(), "bullpen-attacked-"));
    const redis = await startTestRedis();
    const keys = new AccessKeyStore(await LocalStore.open(folder));
    const wanted = { tenant: "default", role: "admin", name: "" } as const;
    const key = withKeys ? (await keys.create(wanted)).key : undefined;
    const api = await startTestApi(redis.url, {
      DATA_DIR: folder,
      WEBHOOKS_ALLOW_PRIVATE: true,
      ...overrides,
    });
    const dashboard = await startTestDashboard({
      REDIS_URL: redis.url,
      API_URL: api.url,
      DATA_DIR: folder,
      DASHBOARD_READ_ONLY: false,
    });
    const client = new BullpenClient({ url: api.url, apiKey: key, maxAttempts: 1 });
    const objects = await createObjects(client);
    return new AttackedInstallation({ api, dashboard, key, redis, folder, objects });
  }

  private constructor(parts: {
    api: TestApi;
    dashboard: Running;
    key: string | undefined;
    redis: TestRedis;
    folder: string;
    objects: Objects;
  }) {
    this.api = parts.api;
    this.dashboard = parts.dashboard;
    this.key = parts.key;
    this.#redis = parts.redis;
    this.#folder = parts.folder;
    this.#objects = parts.objects;
  }

  async stop(): Promise<void> {
    await this.dashboard.stop();
    await this.api.stop();
    await this.#redis.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Every route of the api, and of the dashboard: those that it passes on, and its own. */
  targets(): { readonly api: Target[]; readonly dashboard: Target[] } {
    const api = apiRoutes(this.#objects);
    const passedOn = api.filter(({ path }) => path.startsWith("/v1/"));
    const own = [...sessionRoutes(), ...boardRoutes(this.#objects.query)];
    const below = (base: string, routes: readonly Route[]) =>
      routes.map(({ path, ...rest }) => ({ ...rest, url: base + path }));
    return { api: below(this.api.url, api), dashboard: below(this.dashboard.url, [...passedOn, ...own]) };
  }

  /** Everything that an attack could change: what Redis and the storage hold, as one text. */
  async state(): Promise<string> {
    const client = new BullpenClient({ url: this.api.url, apiKey: this.key, maxAttempts: 1 });
    const lists = await Promise.all<unknown>([
      client.queries.list({ limit: 100 }),
      client.files.list(),
      client.batches.list(),
      client.webhookEndpoints.list(),
      client.webhookEndpoints.deliveries(this.#objects.endpoint).catch(String),
    ]);
    const redis = this.#redis.connection;
    const queue = "{bullpen}:agent.scripted";
    const jobs = await redis.lrange(`${queue}:wait`, 0, -1);
    const prioritized = await redis.zrange(`${queue}:prioritized`, 0, "-1");
    return JSON.stringify([lists, jobs, prioritized, await redis.hgetall(`${queue}:meta`)]);
  }
}

async function createObjects(client: BullpenClient): Promise<Objects> {
  const file = await client.files.upload('{"custom_id":"a","query":"kept"}', { filename: "kept.jsonl" });
  return {
    query: (await client.queries.submit({ query: "kept" })).id,
    file: file.id,
    batch: (await client.batches.create({ input_file_id: file.id })).id,
    endpoint: (await client.webhookEndpoints.create({ url: "http://127.0.0.1:9/" })).id,
  };
}

type Route = Omit<Target, "url"> & { readonly path: string };

function apiRoutes(objects: Objects): Route[] {
  const ids: Readonly<Record<string, string>> = {
    queries: objects.query,
    files: objects.file,
    batches: objects.batch,
    webhook_endpoints: objects.endpoint,
    models: "scripted",
  };
  const route = ([path, methods]: [string, object]) =>
    Object.entries(methods).map(([method, { requestBody }]) => ({
      method: method.toUpperCase(),
      path: path.replace(/\{\w+\}/, ids[path.split("/")[2] ?? ""] ?? "call_0mhv3k2a1000f3c9d1e07ab2c_0"),
      json: JSON.stringify(bodyOf(path, requestBody?.content["application/json"]?.example, objects)),
    }));
  return Object.entries(openApiDocument("0").paths).flatMap(route);
}

/** A body with which the route would change something. */
function bodyOf(path: string, example: unknown, { file }: Objects): unknown {
  if (path === "/v1/batches") return { input_file_id: file };
  if (path === "/v1/queries") return { query: "hostile" };
  if (path === "/v1/webhook_endpoints") return { url: "http://127.0.0.1:9/", name: "hostile" };
  return example ?? {};
}

function sessionRoutes(): Route[] {
  const json = JSON.stringify({ key: "bp_wrong" });
  return ["GET", "POST", "DELETE"].map((method) => ({ method, path: "/session", json }));
}

/** The routes of bull-board, as it lists them itself. */
function boardRoutes(query: string): Route[] {
  const entry = new URL("../../../apps/dashboard/package.json", import.meta.url);
  // A cast: the list has no types of its own.
  const { appRoutes } = createRequire(entry)("@bull-board/api/dist/routes.js") as {
    appRoutes: { api: { method: string; route: string }[] };
  };
  const values: Readonly<Record<string, string>> = {
    queueName: "agent.scripted",
    jobId: query,
    queueStatus: "waiting",
    schedulerId: "none",
  };
  return appRoutes.api.map(({ method, route }) => ({
    method: method.toUpperCase(),
    path: `/queues${route.replace(/:(\w+)/g, (_match, name: string) => values[name] ?? "x")}`,
    json: JSON.stringify({ name: "hostile", data: {}, concurrency: 1, max: 1, duration: 1_000 }),
  }));
}
