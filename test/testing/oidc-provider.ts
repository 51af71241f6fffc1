import { createServer, type RequestListener } from "node:http";
import { closeServer, listen } from "@bullpen/runtime";
// The package has no types; what is used of it is typed below.
// @ts-expect-error
import { Provider as UntypedProvider } from "oidc-provider";

interface Provider {
  callback(): RequestListener;
}
const ProviderClass = UntypedProvider as new (issuer: string, configuration: object) => Provider;

export interface TestOidcProvider {
  readonly issuer: string;
  stop(): Promise<void>;
}

export const OIDC_CLIENT = { id: "bullpen", secret: "a-secret-of-the-tests" };

/**
 * A real OpenID provider. Whoever signs in gives a name and any password, and has the groups that `groupsOf` says.
 *
 * @param options.redirectUris where it sends browsers back to.
 */
export async function startTestOidcProvider(options: {
  readonly redirectUris: readonly string[];
  readonly groupsOf: (user: string) => readonly string[];
}): Promise<TestOidcProvider> {
  let handle: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = createServer((request, response) => handle(request, response));
  // Another site than the dashboard at 127.0.0.1, for browsers.
  const issuer = (await listen(server, "127.0.0.1", 0, "OIDC_PORT")).replace("127.0.0.1", "localhost");
  const provider = new ProviderClass(issuer, {
    clients: [
      {
        client_id: OIDC_CLIENT.id,
        client_secret: OIDC_CLIENT.secret,
        redirect_uris: options.redirectUris,
        // It lets browsers come back by plain HTTP on this machine.
        application_type: "native",
        token_endpoint_auth_method: "client_secret_basic",
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["groups"] },
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    cookies: { keys: ["a key of the tests"] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: `${id}@example.com`,
        email_verified: true,
        groups: options.groupsOf(id),
      }),
    }),
  });
  handle = provider.callback();
  return { issuer, stop: () => closeServer(server) };
}
