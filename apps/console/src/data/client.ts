import { BullpenClient } from "@bullpen/client";
import { BASE } from "../routing/router.js";

/** Who the page acts for. */
export interface Session {
  readonly signed_in: boolean;
  readonly tenant: string | null;
  readonly role: "read" | "submit" | "operate" | "admin" | null;
  /** False where the server works without keys. */
  readonly needs_key: boolean;
}

/** The api by way of the dashboard, which adds the key. The page asks again by itself, so a call is made once. */
export const client = new BullpenClient({ url: location.origin + BASE, maxAttempts: 1 });

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

export const signOut = () => session({ method: "DELETE" });

/** @throws {Error} that says what is wrong with the key. */
export const signIn = (key: string) =>
  session({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ key }) });
