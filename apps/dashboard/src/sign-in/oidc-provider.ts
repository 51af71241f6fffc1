import { errorMessage } from "@bullpen/base";
import { HttpClient } from "@bullpen/outbound/client";
import { type Logger, StartupError } from "@bullpen/runtime";
import * as oidc from "openid-client";
import type { Flow } from "./flow-cookie.js";
import type { Identity } from "./identity.js";

export interface OidcOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly scopes: string;
  readonly userClaim: string;
  readonly groupsClaim: string;
  /** Where the provider sends the browser back to. */
  readonly redirectUri: string;
  readonly logger: Logger;
}

/** The provider may be slow; a browser waits for it too. */
const TIMEOUT_SECONDS = 10;

/** Documents, keys and tokens of a provider take a few kilobytes. */
const MAX_ANSWER_BYTES = 1_000_000;

/** An OpenID provider, by the authorization code flow with PKCE, `state` and `nonce`. */
export class OidcProvider {
  readonly #config: oidc.Configuration;
  readonly #options: OidcOptions;
  readonly #http: HttpClient;

  /** @throws {StartupError} when the issuer cannot be reached, is another one, or does not know us. */
  static async connect(options: OidcOptions): Promise<OidcProvider> {
    const { issuer, clientId, clientSecret } = options;
    // A provider on the internet may be behind the installation's proxy; of this machine's names `no_proxy` tells.
    const http = new HttpClient({ proxy: issuer.startsWith("http:") ? undefined : "environment" });
    let config: oidc.Configuration;
    try {
      config = await oidc.discovery(
        new URL(issuer),
        clientId,
        clientSecret,
        clientSecret === undefined ? oidc.None() : undefined,
        {
          timeout: TIMEOUT_SECONDS,
          [oidc.customFetch]: (url, init) => send(http, url, init),
          // The settings allow plain HTTP on this machine alone.
          execute: issuer.startsWith("http:") ? [oidc.allowInsecureRequests] : [],
        },
      );
    } catch (error) {
      throw new StartupError(
        `OIDC_ISSUER=${issuer}: ${reasonOf(error)}. Its document ${issuer}/.well-known/openid-configuration must be readable from here and name this very issuer.`,
      );
    }
    const provider = new OidcProvider(config, options, http);
    await provider.#checkRedirect();
    return provider;
  }

  private constructor(config: oidc.Configuration, options: OidcOptions, http: HttpClient) {
    this.#config = config;
    this.#options = options;
    this.#http = http;
  }

  async stop(): Promise<void> {
    await this.#http.destroy();
  }

  /** The provider's name, for people. */
  get host(): string {
    return new URL(this.#options.issuer).host;
  }

  /** Where somebody ends the session at the provider; `undefined` where it offers no such page. */
  get signOutUrl(): string | undefined {
    if (this.#config.serverMetadata().end_session_endpoint === undefined) return undefined;
    return oidc.buildEndSessionUrl(this.#config, {}).href;
  }

  /** Begins a sign-in: where the browser goes, and what must be known when it comes back. */
  async begin(returnTo: string): Promise<{ readonly url: string; readonly flow: Flow }> {
    const flow: Flow = { ...newSecrets(), returnTo };
    return { url: (await this.#authorizationUrl(flow)).href, flow };
  }

  /**
   * Ends a sign-in.
   *
   * @param query of the URL that the browser came back with.
   * @throws {Error} of openid-client when the provider has refused, or an answer of it is not what it must be.
   */
  async finish(query: string, { state, nonce, verifier }: Flow): Promise<Identity> {
    const tokens = await oidc.authorizationCodeGrant(
      this.#config,
      new URL(`${this.#options.redirectUri}?${query}`),
      { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
    );
    const claims = tokens.claims();
    if (!claims) throw new Error("The provider sent no ID token.");
    const { userClaim, groupsClaim } = this.#options;
    const isWhole = [userClaim, groupsClaim].every((name) => claimOf(claims, name) !== undefined);
    const endpoint = this.#config.serverMetadata().userinfo_endpoint;
    // Many providers put only the subject into the token.
    const more =
      isWhole || endpoint === undefined
        ? {}
        : await oidc.fetchUserInfo(this.#config, tokens.access_token, claims.sub);
    return identityOf({ ...more, ...claims }, this.#options);
  }

  async #authorizationUrl(
    { state, nonce, verifier }: Omit<Flow, "returnTo">,
    more: Readonly<Record<string, string>> = {},
  ): Promise<URL> {
    return oidc.buildAuthorizationUrl(this.#config, {
      redirect_uri: this.#options.redirectUri,
      scope: this.#options.scopes,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
      ...more,
    });
  }

  /**
   * Asks the provider for a sign-in without a page. Whatever comes of it, a provider that knows the client sends the
   * browser back to the redirect URI, and one that does not answers with an error itself.
   */
  async #checkRedirect(): Promise<void> {
    const { issuer, clientId, redirectUri, logger } = this.#options;
    try {
      const url = await this.#authorizationUrl(newSecrets(), { prompt: "none" });
      const signal = AbortSignal.timeout(TIMEOUT_SECONDS * 1_000);
      const answer = await this.#http.request(url, { redirects: "none", signal });
      answer.body.on("error", () => {}).destroy(); // what it says is for people
      if (answer.headers.location?.startsWith(redirectUri)) return;
      if (answer.status < 400 || answer.status >= 500) {
        logger.warn(
          { status: answer.status, issuer },
          "the OpenID provider did not say that it knows the dashboard",
        );
        return;
      }
    } catch (error) {
      logger.warn(
        { err: error, issuer },
        "the OpenID provider could not be asked whether it knows the dashboard",
      );
      return;
    }
    throw new StartupError(
      `OIDC_CLIENT_ID=${clientId}: ${issuer} refuses a sign-in. Register this client there with the redirect URI ${redirectUri}, which is made of DASHBOARD_URL.`,
    );
  }
}

/** What ties the answer of a sign-in to its beginning. */
function newSecrets(): Omit<Flow, "returnTo"> {
  return {
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    verifier: oidc.randomPKCECodeVerifier(),
  };
}

/** Sends a request of the library, whose types are those of the global `fetch`. */
async function send(
  http: HttpClient,
  url: string,
  { method, headers, body, signal }: oidc.CustomFetchOptions,
): Promise<Response> {
  const response = await http.fetch(
    url,
    {
      method,
      headers,
      body: body === undefined || body === null ? null : String(body),
      signal: signal ?? null,
    },
    { maxBytes: MAX_ANSWER_BYTES },
  );
  // A cast: it is undici's `Response`, as the global one is.
  return response as unknown as Response;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return `cannot be used: ${errorMessage(error)}${cause}`;
}

type Claims = Readonly<Record<string, unknown>>;

/** A claim by its name, or else by a path of names with dots between them. */
function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split(".").reduce<unknown>((value, part) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    return (value as Claims)[part]; // an object, as was just checked
  }, claims);
}

function identityOf(
  claims: Claims,
  { userClaim, groupsClaim }: Pick<OidcOptions, "userClaim" | "groupsClaim">,
): Identity {
  const user = claimOf(claims, userClaim);
  // An address that nobody has verified may be anybody's.
  const isUnverified = userClaim === "email" && claims.email_verified === false;
  const groups = [claimOf(claims, groupsClaim)].flat();
  return {
    user: typeof user === "string" && user !== "" && !isUnverified ? user : String(claims.sub),
    groups: groups.filter((group) => typeof group === "string"),
  };
}
