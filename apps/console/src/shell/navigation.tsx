import { type Session, signOut } from "../data/client.js";
import { BASE, Link, usePlace } from "../routing/router.js";
import { Icon, type IconName } from "../ui/icon.js";
import { useMay } from "./session-context.js";
import { ThemeSwitch } from "./theme-switch.js";

interface Entry {
  readonly to: string;
  readonly name: string;
  readonly icon: IconName;
  /** The role that its page needs. Default: any. */
  readonly needs?: "operate" | "admin";
  /** Whether it is of no use where everybody may do everything. */
  readonly needsKeys?: true;
}

export const ENTRIES: readonly Entry[] = [
  { to: "/", name: "Overview", icon: "overview" },
  { to: "/batches", name: "Batches", icon: "batches" },
  { to: "/queries", name: "Queries", icon: "queries" },
  { to: "/submit", name: "Submit", icon: "submit" },
  { to: "/models", name: "Models and tools", icon: "models" },
  { to: "/webhooks", name: "Webhooks", icon: "webhooks", needs: "operate" },
  { to: "/usage", name: "Usage", icon: "usage", needsKeys: true },
  { to: "/keys", name: "Keys", icon: "keys", needs: "admin", needsKeys: true },
];

interface NavigationProps {
  readonly session: Session;
  readonly onSignedOut: (session: Session) => void;
}

export function Navigation({ session, onSignedOut }: NavigationProps) {
  const { path } = usePlace();
  const may = { operate: useMay("operate"), admin: useMay("admin") };
  const isShown = ({ needs, needsKeys }: Entry) =>
    (needs === undefined || may[needs]) && (needsKeys === undefined || session.needs_key);
  return (
    <header class="side">
      <Link to="/" class="brand">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <rect x="2" y="4" width="20" height="4" rx="2" />
          <rect x="2" y="10" width="14" height="4" rx="2" />
          <rect x="2" y="16" width="8" height="4" rx="2" />
        </svg>
        Bullpen
      </Link>
      <nav aria-label="Pages">
        {ENTRIES.filter(isShown).map(({ to, name, icon }) => (
          <Link key={to} to={to} aria-current={isCurrent(to, path) ? "page" : undefined}>
            <Icon name={icon} />
            {name}
          </Link>
        ))}
        {session.role === "admin" && (
          <a href={`${BASE}/queues`}>
            <Icon name="queues" />
            Queues
          </a>
        )}
      </nav>
      <div class="who">
        <ThemeSwitch />
        {session.needs_key && (
          <>
            <span class="muted">
              {session.user !== null && `${session.user} · `}
              {session.tenant} · {session.role}
            </span>
            {session.can_sign_out && (
              <button type="button" class="small" onClick={async () => onSignedOut(await signOut())}>
                Sign out
              </button>
            )}
          </>
        )}
      </div>
    </header>
  );
}

function isCurrent(to: string, path: string): boolean {
  return to === "/" ? path === "/" : path === to || path.startsWith(`${to}/`);
}
