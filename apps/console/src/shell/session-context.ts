import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Session } from "../data/client.js";

export const SessionContext = createContext<Session | undefined>(undefined);

const ROLES = ["read", "submit", "operate", "admin"] as const;

/** Whether who is signed in may do what a role is needed for: each role includes those before it. */
export function useMay(needed: (typeof ROLES)[number]): boolean {
  const role = useContext(SessionContext)?.role;
  return role !== undefined && role !== null && ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** The tenant of who is signed in. */
export function useTenant(): string {
  return useContext(SessionContext)?.tenant ?? "default";
}
