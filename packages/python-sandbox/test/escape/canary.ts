import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The environment variable that holds the secret. */
export const CANARY_VARIABLE = "BULLPEN_ESCAPE_CANARY";

/** Things of the host that an attack would reach if it escaped, and a check whether one did. */
export interface Canary {
  /** What attacks may name. Not the secret itself: an attack that knew it would prove nothing. */
  readonly places: {
    /** Ports of 127.0.0.1: one where a server tells the secret to every client, one where datagrams are counted. */
    readonly tcp: string;
    readonly udp: string;
    /** A folder, a file in it, and an environment variable; file and variable hold the secret. */
    readonly folder: string;
    readonly file: string;
    readonly variable: string;
    /** The secret without its end. */
    readonly secret: string;
    /** The secret of a run beside the attacks, without its end. */
    readonly neighbour: string;
  };
  /** Texts that no outcome may contain. */
  readonly secrets: readonly string[];
  /** The secret of the run beside the attacks. */
  readonly neighbour: string;
  /** How the host was touched since the last call. Empty if it was not. */
  touches(): Promise<string[]>;
  remove(): Promise<void>;
}

/** Places a secret in a file, in the environment and on a server. */
export async function placeCanary(): Promise<Canary> {
  const secret = `secret-${randomUUID()}`;
  const neighbour = `neighbour-${randomUUID()}`;
  const folder = await mkdtemp(join(tmpdir(), "bullpen-canary-"));
  const file = join(folder, "canary.py");
  await writeFile(file, `secret = "${secret}"\n`);
  process.env[CANARY_VARIABLE] = secret;
  const touched: string[] = [];
  const tcp = createServer((socket) => {
    touched.push("a client connected");
    socket.on("error", () => {});
    socket.end(`HTTP/1.0 200 OK\r\n\r\n${secret}`);
  }).listen(0, "127.0.0.1");
  const udp = createSocket("udp4", () => touched.push("a datagram arrived"));
  udp.bind(0, "127.0.0.1");
  await Promise.all([once(tcp, "listening"), once(udp, "listening")]);
  const address = tcp.address();
  if (address === null || typeof address === "string") throw new Error("the server listens on no port");

  return {
    places: {
      tcp: String(address.port),
      udp: String(udp.address().port),
      folder,
      file,
      variable: CANARY_VARIABLE,
      secret: secret.slice(0, -8),
      neighbour: neighbour.slice(0, -8),
    },
    secrets: [secret, neighbour],
    neighbour,
    touches: async () => {
      const files = await readdir(folder);
      if (files.length !== 1) touched.push(`the folder holds ${files.join(", ")}`);
      const kept = await readFile(file, "utf8").catch(() => "");
      if (!kept.includes(secret)) touched.push("the file was changed");
      return touched.splice(0);
    },
    remove: async () => {
      delete process.env[CANARY_VARIABLE];
      tcp.close();
      udp.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
