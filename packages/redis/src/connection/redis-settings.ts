import { z } from "zod";
import type { ConnectOptions } from "./connect.js";

/** How every process reaches Redis. */
export const redisSettings = {
  REDIS_URL: z.string().default("redis://127.0.0.1:6379").meta({
    secret: true,
    description:
      "Redis or Valkey 6.2 or newer: the master, no replica. `redis://` or `rediss://` (TLS) with user and password percent-encoded, or the path of a Unix socket. `redis+sentinel://host:26379,host:26379/master` asks Sentinels for the master, `redis+cluster://host:6379,host:6379` the nodes of a cluster; `rediss+` for TLS. `npm start` runs a Redis of its own under `.bullpen/` where none is set.",
  }),
  REDIS_PASSWORD: z.string().optional().meta({
    secret: true,
    description: "The password, where `REDIS_URL` holds none, as it is: nothing in it is encoded.",
  }),
  REDIS_SENTINEL_USERNAME: z
    .string()
    .optional()
    .describe(
      "With `redis+sentinel://`, the user of Sentinels that ask for one; Redis' own is in `REDIS_URL`.",
    ),
  REDIS_SENTINEL_PASSWORD: z.string().optional().meta({
    secret: true,
    description: "With `redis+sentinel://`, the password of Sentinels that ask for one.",
  }),
  REDIS_CA_FILE: z.string().optional().meta({
    description:
      "With `rediss://`, the certificate in PEM of the authority that signed Redis' one, or several; no other is trusted then.",
    defaultText: "the authorities that Node knows, and those in the file of `NODE_EXTRA_CA_CERTS`",
  }),
  REDIS_CERT_FILE: z
    .string()
    .optional()
    .describe("The certificate in PEM that the process shows to a Redis that asks its clients for one."),
  REDIS_KEY_FILE: z
    .string()
    .optional()
    .describe("The private key of `REDIS_CERT_FILE` in PEM, without a passphrase."),
};

const schema = z.object(redisSettings);
export type RedisSettings = Readonly<z.output<typeof schema>>;

/** What the settings say besides the URL. */
export function loginOf(
  settings: Omit<RedisSettings, "REDIS_URL">,
): Pick<ConnectOptions, "password" | "tls" | "sentinel"> {
  return {
    password: settings.REDIS_PASSWORD,
    sentinel: { username: settings.REDIS_SENTINEL_USERNAME, password: settings.REDIS_SENTINEL_PASSWORD },
    tls: { ca: settings.REDIS_CA_FILE, cert: settings.REDIS_CERT_FILE, key: settings.REDIS_KEY_FILE },
  };
}
