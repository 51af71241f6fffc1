import { type Logger, StartupError } from "@bullpen/runtime";
import type { AccessKeyStore, AuditTrail } from "@bullpen/storage";
import type { OidcContext } from "../create-app.js";
import type { Env } from "../env.js";
import { OidcProvider } from "./oidc-provider.js";
import { ProxyIdentity } from "./proxy-identity.js";
import { SessionKeys } from "./session-keys.js";
import { hasSignIn } from "./sign-in-settings.js";

/** How people sign in besides by a key. */
export interface SignIn {
  readonly proxy: ProxyIdentity;
  readonly sessionKeys: SessionKeys;
  readonly oidc: OidcContext | undefined;
}

interface SignInParts {
  readonly keys: AccessKeyStore;
  readonly audit: AuditTrail;
  readonly logger: Logger;
}

/** @throws {StartupError} when a provider cannot be used, or when nobody needs to sign in. */
export async function openSignIn(env: Env, { keys, audit, logger }: SignInParts): Promise<SignIn> {
  if (hasSignIn(env) && !(await keys.isInUse())) {
    const name = env.OIDC_ISSUER === undefined ? "SIGN_IN_USER_HEADER" : "OIDC_ISSUER";
    throw new StartupError(
      `${name} is set, and there is no key yet, so the api would do what anybody wants who has not signed in. Make a key first: npx bullpen keys create --role admin.`,
    );
  }
  return {
    proxy: new ProxyIdentity({
      userHeader: env.SIGN_IN_USER_HEADER,
      groupsHeader: env.SIGN_IN_GROUPS_HEADER,
      proxies: env.SIGN_IN_PROXIES,
    }),
    sessionKeys: new SessionKeys({
      keys,
      rules: env.SIGN_IN_ROLES,
      defaultTenant: env.SIGN_IN_TENANT,
      audit,
      logger,
    }),
    oidc: await openOidc(env, logger),
  };
}

async function openOidc(env: Env, logger: Logger): Promise<OidcContext | undefined> {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, DASHBOARD_URL: url } = env;
  if (issuer === undefined || clientId === undefined || url === undefined) return undefined;
  const provider = await OidcProvider.connect({
    issuer,
    clientId,
    clientSecret: env.OIDC_CLIENT_SECRET,
    scopes: env.OIDC_SCOPES,
    userClaim: env.OIDC_USER_CLAIM,
    groupsClaim: env.OIDC_GROUPS_CLAIM,
    redirectUri: `${url}/session/callback`,
    logger,
  });
  return { provider, isSecure: url.startsWith("https:"), sessionMs: env.SESSION_HOURS * 3_600_000 };
}
