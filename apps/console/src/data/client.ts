import { BullpenClient } from "@bullpen/client";
import { BASE } from "../routing/router.js";

/** Who the page acts for. */
export interface Session {
  readonly signed_in: boolean;
  readonly tenant: string | null;
  readonly role: "read" | "submit" | "operate" | "admin" | null;
  /** Who has signed in otherwise than with a key. */
  readonly user: string | null;
  /** False where the server works without keys. */
  readonly needs_key: boolean;
  /** False where a proxy signs in, and out. */
  readonly can_sign_out?: boolean;
  /** The host of the OpenID provider by which people sign in, where there is one. */
  readonly provider?: string | null;
  /** Where the session at the provider is ended. */
  readonly sign_out_url?: string | null;
}

const onSignedOut = new Set<() => void>();

/** Calls a listener when the api no longer takes the session. Returns the function that ends that. */
export function whenSignedOut(listener: () => void): () => void {
  onSignedOut.add(listener);
  return () => void onSignedOut.delete(listener);
}

async function fetchSignedIn(...request: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...request);
  if (response.status === 401) for (const listener of onSignedOut) listener();
  return response;
}

/** The api by way of the dashboard, which adds the key. The page asks again by itself, so a call is made once. */
export const client = new BullpenClient({
  url: location.origin + BASE,
  maxAttempts: 1,
  fetch: fetchSignedIn,
});

/** The address of a path of the api, for links and streams. */
export function apiUrl(path: string): string {
  return BASE + path;
}

async function session(init?: RequestInit): Promise<Session> {
  const response = await fetch(`${BASE}/session`, init);
  const body = await response.json();
  if (!response.ok) throw new Error(body?.error?.message ?? "The dashboard does not answer.");
  return body;
}

export const readSession = () => session();

/** Where the sign-in at the provider begins. It leads back to the page that is open. */
export function providerUrl(): string {
  const place = location.pathname.slice(BASE.length) + location.search;
  return `${BASE}/session/oidc?${new URLSearchParams({ return: place })}`;
}

export const signOut = () => session({ method: "DELETE" });

/** @throws {Error} that says what is wrong with the key. */
export const signIn = (key: string) =>
  session({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ key }) });
