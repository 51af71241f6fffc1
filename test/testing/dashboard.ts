import type { Env } from "@bullpen/dashboard/env";
import { startDashboard } from "@bullpen/dashboard/start-dashboard";
import { createLogger, type Running } from "@bullpen/runtime";

/** The real dashboard on a free port, in the test's own process. */
export function startTestDashboard(
  settings: Partial<Env> & Pick<Env, "REDIS_URL" | "API_URL" | "DATA_DIR">,
): Promise<Running> {
  const env: Env = {
    HOST: "127.0.0.1",
    ALLOWED_HOSTS: [],
    ALLOW_WITHOUT_KEYS: false,
    LOG_LEVEL: "silent",
    DASHBOARD_PORT: 0,
    DASHBOARD_BASE_PATH: "",
    DASHBOARD_READ_ONLY: true,
    SIGN_IN_ROLES: [],
    SIGN_IN_TENANT: "default",
    SIGN_IN_PROXIES: [],
    OIDC_SCOPES: "openid profile email",
    OIDC_USER_CLAIM: "email",
    OIDC_GROUPS_CLAIM: "groups",
    SESSION_HOURS: 12,
    SHUTDOWN_GRACE_SECONDS: 5,
    WATCHDOG_SECONDS: 0,
    ...settings,
  };
  return startDashboard(env, createLogger("dashboard", "silent"));
}
