import { BoardQueues } from "@bullpen/queue";
import { openRedis } from "@bullpen/redis";
import {
  closeServer,
  createHttpServer,
  createMetrics,
  type Logger,
  listen,
  logAuditProblem,
  RequestGuard,
  type Running,
  refuseOpenNetwork,
  stopInOrder,
} from "@bullpen/runtime";
import { AccessKeyStore, AuditTrail, KeyRing, openStore } from "@bullpen/storage";
import { Board } from "./board.js";
import { createApp } from "./create-app.js";
import type { Env } from "./env.js";
import { openSignIn } from "./sign-in/open-sign-in.js";

/** Starts the dashboard: storage, Redis, then the HTTP server. */
export async function startDashboard(env: Env, logger: Logger): Promise<Running> {
  const store = await openStore(env, (message) => logger.warn(message));
  const keys = new AccessKeyStore(store);
  await refuseOpenNetwork(env, keys, "the dashboard");
  const audit = new AuditTrail({ store, onProblem: logAuditProblem(logger) });
  const signIn = await openSignIn(env, { keys, audit, logger });
  const { redis } = await openRedis({
    settings: env,
    whenAway: "fail-fast",
    logger,
    reportsRisks: false,
  });
  const queues = new BoardQueues({ redis });
  const app = createApp({
    audit,
    ...signIn,
    board: new Board({
      listQueues: () => queues.list(),
      readOnly: env.DASHBOARD_READ_ONLY,
      basePath: env.DASHBOARD_BASE_PATH,
    }),
    basePath: env.DASHBOARD_BASE_PATH,
    metrics: createMetrics("dashboard"),
    logger,
    guard: new RequestGuard({ HOST: env.HOST, ALLOWED_HOSTS: [...env.ALLOWED_HOSTS, ...ownHost(env)] }),
    keyRing: new KeyRing(keys),
    apiUrl: env.API_URL,
  });
  signIn.sessionKeys.start();
  const server = createHttpServer({ listener: app });
  const url = await listen(server, env.HOST, env.DASHBOARD_PORT, "DASHBOARD_PORT");
  return {
    url,
    stop: stopInOrder([
      () => closeServer(server, env.SHUTDOWN_GRACE_SECONDS * 1_000),
      () => audit.stop(),
      () => signIn.sessionKeys.stop(),
      async () => signIn.oidc?.provider.stop(),
      () => queues.close(),
      async () => redis.disconnect(),
    ]),
  };
}

/** The name by which browsers find the dashboard, which it then answers to. */
function ownHost({ DASHBOARD_URL: url }: Env): string[] {
  return url === undefined ? [] : [new URL(url).hostname];
}
