import { every } from "@bullpen/base";
import type { Logger } from "@bullpen/runtime";
import {
  type AccessKeyRecord,
  type AccessKeyStore,
  type AuditTrail,
  eventOutsideRequests,
  idOfAccessKey,
} from "@bullpen/storage";
import { type Identity, userIdOf } from "./identity.js";
import { type Access, accessOf } from "./role-rules.js";

export interface SessionKeysOptions {
  readonly keys: AccessKeyStore;
  readonly rules: readonly string[];
  readonly defaultTenant: string;
  readonly audit: AuditTrail;
  readonly logger: Logger;
}

/** A session's record is kept for a day after its end, so that lists of keys tell of it. */
const KEPT_MS = 86_400_000;
const SWEEP_MS = 3_600_000;

/** How long a key for somebody whom a proxy names is used before another is made. */
const PROXY_KEY_MS = 3_600_000;
/** People of a proxy whose keys are remembered. */
const MAX_REMEMBERED = 1_000;

/**
 * Keys for people who sign in without one: a session is a key of an end, made for somebody. So the api, limits, usage and
 * revocation need nothing of their own for them.
 */
export class SessionKeys {
  readonly #options: SessionKeysOptions;
  readonly #ofProxies = new Map<string, { readonly until: number; readonly key: Promise<string> }>();
  #stop: (() => Promise<void>) | undefined;

  constructor(options: SessionKeysOptions) {
    this.#options = options;
  }

  /** Removes sessions that have ended, now and every hour. */
  start(): void {
    const { keys, logger } = this.#options;
    const sweep = () => keys.removeSessionsEndedBefore(Date.now() - KEPT_MS);
    const onError = (error: Error) => logger.debug({ err: error }, "ended sessions could not be removed");
    sweep().catch(onError);
    this.#stop = every(SWEEP_MS, sweep, { onError });
  }

  async stop(): Promise<void> {
    await this.#stop?.();
  }

  /** What somebody may do; `undefined` where no rule gives them a role. */
  accessOf({ groups }: Identity): Access | undefined {
    return accessOf(groups, this.#options.rules, this.#options.defaultTenant);
  }

  /** A new session. @param lastsMs milliseconds from now to its end. */
  async open({ user }: Identity, access: Access, lastsMs: number): Promise<string> {
    const { key, record } = await this.#options.keys.create({
      ...access,
      name: `session of ${user}`.slice(0, 200),
      user: userIdOf(user),
      expiresAt: Date.now() + lastsMs,
    });
    this.#note("key.create", record);
    return key;
  }

  /** Ends the session of a key; a key that somebody made for programs goes on. Tells whether it was a session. */
  async close(key: string): Promise<boolean> {
    const id = idOfAccessKey(key);
    const record = id === undefined ? undefined : await this.#options.keys.find(id);
    if (record?.user === undefined) return false;
    await this.#options.keys.revoke(record);
    this.#note("key.revoke", record);
    return true;
  }

  /** The key of somebody whom a proxy names in each request; `undefined` where no rule gives them a role. */
  async ofProxy(identity: Identity): Promise<string | undefined> {
    const access = this.accessOf(identity);
    if (!access) return undefined;
    const name = JSON.stringify([identity.user, access.role, access.tenant]);
    const known = this.#ofProxies.get(name);
    if (known && known.until > Date.now()) return known.key;
    // It outlives the time for which it is handed out: a stream that has begun with it may go on.
    const key = this.open(identity, access, 2 * PROXY_KEY_MS);
    key.catch(() => this.#ofProxies.delete(name)); // the next request tries again
    this.#ofProxies.delete(name);
    this.#ofProxies.set(name, { until: Date.now() + PROXY_KEY_MS, key });
    const [oldest] = this.#ofProxies.keys();
    if (this.#ofProxies.size > MAX_REMEMBERED && oldest !== undefined) this.#ofProxies.delete(oldest);
    return key;
  }

  #note(action: "key.create" | "key.revoke", { id, tenant, name, user }: AccessKeyRecord): void {
    this.#options.audit.note(
      eventOutsideRequests({
        action,
        tenant,
        key_id: `user:${user}`,
        key_name: name,
        actor: null,
        route: action === "key.create" ? "sign-in" : "sign-out",
        object_ids: [id],
      }),
    );
  }
}
