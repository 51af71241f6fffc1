import { countSetting, listSetting } from "@bullpen/runtime";
import { z } from "zod";
import { networkOf } from "./networks.js";
import { roleRulesSetting } from "./role-rules.js";

const headerSetting = z
  .string()
  .regex(/^[A-Za-z0-9-]+$/, "must be the name of a header, such as X-Forwarded-User")
  .transform((name) => name.toLowerCase());

const networkSetting = z.string().refine((text) => networkOf(text) !== undefined, {
  error: ({ input }) =>
    `"${input}" is no address. Give IP addresses or networks such as 10.0.0.7, 10.1.0.0/16 or fd00::/8, with commas between them`,
});

/** An address of plain HTTP is fit for this machine alone: anybody between could change what is said. */
const secureUrlSetting = z
  .url({ protocol: /^https?$/, error: "must be a URL such as https://bullpen.example.com" })
  .refine((url) => isSecure(new URL(url)), "must be https, or http://localhost or http://127.0.0.1")
  .refine((url) => !/[?#]/.test(url), "must have neither ? nor #")
  .transform((url) => (url.endsWith("/") ? url.slice(0, -1) : url));

/** How people sign in on the dashboard besides by a key. */
export const signInSettings = {
  SIGN_IN_ROLES: roleRulesSetting.default([]).meta({
    description:
      "Who may do what, by group: `operators=admin,research=submit@lab,*=read` gives a role, and a tenant after `@`. The first rule that fits counts; `*` is everybody. Groups come from the proxy's header or from the OpenID provider.",
    defaultText: "nobody signs in but with a key",
  }),
  SIGN_IN_TENANT: z
    .string()
    .default("default")
    .describe("The tenant of people whose rule in `SIGN_IN_ROLES` names none."),
  SIGN_IN_USER_HEADER: headerSetting.optional().meta({
    description:
      "The header in which a proxy with a login names the user, such as `X-Forwarded-User` or `Remote-User`. It counts only in requests from `SIGN_IN_PROXIES`.",
    defaultText: "none",
  }),
  SIGN_IN_GROUPS_HEADER: headerSetting.optional().meta({
    description: "The header in which that proxy names the user's groups, with commas between them.",
    defaultText: "none",
  }),
  SIGN_IN_PROXIES: listSetting(networkSetting).default([]).meta({
    description:
      "Addresses and networks of the proxies whose headers are trusted. A proxy must drop these headers from what it receives.",
    defaultText: "none",
  }),
  OIDC_ISSUER: secureUrlSetting.optional().meta({
    description:
      "The issuer of an OpenID provider by which people sign in, such as `https://sso.example.com/realms/main`.",
    defaultText: "none",
  }),
  OIDC_CLIENT_ID: z
    .string()
    .optional()
    .meta({ description: "What the provider calls the dashboard.", defaultText: "none" }),
  OIDC_CLIENT_SECRET: z.string().optional().meta({
    secret: true,
    description:
      "The secret that the provider has given the dashboard. None for a public client, which PKCE protects alone.",
    defaultText: "none",
  }),
  OIDC_SCOPES: z
    .string()
    .default("openid profile email")
    .refine((scopes) => scopes.split(" ").includes("openid"), "must contain openid")
    .describe(
      "What the provider is asked for. Some give groups only for a scope of its own, such as `groups`.",
    ),
  OIDC_USER_CLAIM: z
    .string()
    .default("email")
    .describe("The claim that names the user; `sub` where it is missing."),
  OIDC_GROUPS_CLAIM: z
    .string()
    .default("groups")
    .describe("The claim that holds the user's groups, or a path to it such as `realm_access.roles`."),
  DASHBOARD_URL: secureUrlSetting.optional().meta({
    description:
      "Where browsers find the dashboard, such as `https://bullpen.example.com/ops`. The provider must allow this with `/session/callback` after it as a redirect URI.",
    defaultText: "none",
  }),
  SESSION_HOURS: countSetting(1, 720)
    .default(12)
    .describe("How long somebody who signed in by the provider stays so; then the provider is asked again."),
};

interface SignInValues {
  readonly SIGN_IN_ROLES: readonly string[];
  readonly SIGN_IN_USER_HEADER?: string | undefined;
  readonly SIGN_IN_GROUPS_HEADER?: string | undefined;
  readonly SIGN_IN_PROXIES: readonly string[];
  readonly OIDC_ISSUER?: string | undefined;
  readonly OIDC_CLIENT_ID?: string | undefined;
  readonly DASHBOARD_URL?: string | undefined;
  readonly DASHBOARD_BASE_PATH: string;
}

/** What one setting needs of others. */
export function checkSignInSettings(env: SignInValues, context: z.RefinementCtx): void {
  const fault = (name: keyof SignInValues, message: string) =>
    context.addIssue({ code: "custom", path: [name], message });
  const { SIGN_IN_USER_HEADER: header, OIDC_ISSUER: issuer, DASHBOARD_URL: url } = env;
  if (header !== undefined && env.SIGN_IN_PROXIES.length === 0) {
    fault("SIGN_IN_PROXIES", "must name the proxy's address where SIGN_IN_USER_HEADER is set");
  }
  if (header === undefined && env.SIGN_IN_GROUPS_HEADER !== undefined) {
    fault("SIGN_IN_GROUPS_HEADER", "has no effect without SIGN_IN_USER_HEADER");
  }
  if ((header !== undefined || issuer !== undefined) && env.SIGN_IN_ROLES.length === 0) {
    fault("SIGN_IN_ROLES", "must say who may do what, such as operators=admin,*=read");
  }
  if (issuer === undefined) return;
  if (env.OIDC_CLIENT_ID === undefined) fault("OIDC_CLIENT_ID", "is required where OIDC_ISSUER is set");
  if (url === undefined) fault("DASHBOARD_URL", "is required where OIDC_ISSUER is set");
  else if (new URL(url).pathname.replace(/\/$/, "") !== env.DASHBOARD_BASE_PATH) {
    fault("DASHBOARD_URL", `must end in DASHBOARD_BASE_PATH, which is ${env.DASHBOARD_BASE_PATH || "/"}`);
  }
}

/** Whether people can sign in besides by a key. */
export function hasSignIn(env: Pick<SignInValues, "SIGN_IN_USER_HEADER" | "OIDC_ISSUER">): boolean {
  return env.SIGN_IN_USER_HEADER !== undefined || env.OIDC_ISSUER !== undefined;
}

function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
