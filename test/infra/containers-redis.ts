import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@bullpen/base/free-port";
import { connectRedis, type Redis } from "@bullpen/redis";
import { ROOT } from "../testing/run-app.js";
import { tlsFile } from "../testing/tls-files.js";

/** Redis as the containers start it, on this machine and with TLS. */
export interface ContainersRedis {
  readonly port: number;
  /** The path of its Unix socket, which speaks no TLS. */
  readonly socket: string;
  /** The default user's connection. */
  readonly admin: Redis;
  readonly folder: string;
  /** The settings by which a process logs in as a user. */
  settingsOf(user: string): Readonly<Record<string, string>>;
  /** A connection as a user. */
  connect(user: string): Promise<Redis>;
  stop(): Promise<void>;
}

const TLS = { ca: tlsFile("authority.pem") };

/** Each of these users has a password of its own, one of them in the environment and the others in files. */
export async function startContainersRedis(users: readonly string[]): Promise<ContainersRedis> {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-containers-redis-"));
  const socket = join(folder, "redis.sock");
  // What the image's own entrypoint does in the end.
  await writeFile(join(folder, "docker-entrypoint.sh"), '#!/bin/sh\nexec "$@"\n');
  await chmod(join(folder, "docker-entrypoint.sh"), 0o755);
  const fileOf = (user: string) => join(folder, `${user}.password`);
  for (const user of ["default", ...users]) await writeFile(fileOf(user), `pass-of-${user}\n`);
  const passwords = users.map((user, i) => {
    const variable = `${user.replaceAll("-", "_").toUpperCase()}_REDIS_PASSWORD`;
    return i === 0 ? [variable, `pass-of-${user}`] : [`${variable}_FILE`, fileOf(user)];
  });
  const port = await freePort();
  const server = spawn(
    "sh",
    [join(ROOT, "infra/redis/start-with-users.sh"), ...flags(folder, socket, port)],
    {
      env: {
        PATH: `${folder}:${process.env.PATH}`,
        REDIS_PASSWORD_FILE: fileOf("default"),
        ...Object.fromEntries(passwords),
      },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  await untilReady(server.stdout);
  const connect = (user: string) =>
    connectRedis({
      url: `rediss://${user}@127.0.0.1:${port}`,
      password: `pass-of-${user}`,
      tls: TLS,
      whenAway: "fail-fast",
    });
  const admin = await connect("default");
  return {
    port,
    socket,
    admin,
    folder,
    connect,
    settingsOf: (user) => ({
      REDIS_URL: `rediss://${user}@127.0.0.1:${port}`,
      REDIS_PASSWORD_FILE: fileOf(user),
      REDIS_CA_FILE: TLS.ca,
    }),
    stop: async () => {
      admin.disconnect();
      server.kill("SIGKILL");
      if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function flags(folder: string, socket: string, port: number): string[] {
  return [
    ...["--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "", "--appendonly", "yes"],
    ...["--tls-port", String(port), "--bind", "127.0.0.1", "--tls-auth-clients", "no"],
    ...["--tls-cert-file", tlsFile("server.pem"), "--tls-key-file", tlsFile("server.key")],
    ...["--tls-ca-cert-file", tlsFile("authority.pem"), "--maxmemory-policy", "noeviction"],
  ];
}

async function untilReady(stdout: NodeJS.ReadableStream): Promise<void> {
  let said = "";
  await new Promise<void>((resolve, reject) => {
    stdout.on("data", (bytes: Buffer) => {
      said += bytes.toString();
      if (said.includes("Ready to accept connections")) resolve();
    });
    stdout.once("end", () => reject(new Error(`Redis did not start:\n${said}`)));
  });
}
