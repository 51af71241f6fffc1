import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The variable of the environment that holds the secret. */
export const BAIT_VARIABLE = "BULLPEN_ESCAPE_BAIT";

/** Things of the host that an attack would reach if it got out, and whether one did. */
export interface Bait {
  /** What attacks may name. The secret itself is not among them: an attack that knew it proved nothing. */
  readonly places: {
    /** Ports of 127.0.0.1 where a server tells the secret to whoever connects, and where datagrams count. */
    readonly tcp: string;
    readonly udp: string;
    /** A folder, a file in it with the secret, and a variable of this process' environment with it. */
    readonly folder: string;
    readonly file: string;
    readonly variable: string;
    /** The secret without its end. */
    readonly secret: string;
    /** What a run beside the attacks keeps in its variables, without its end. */
    readonly neighbour: string;
  };
  /** Texts that no observation may hold. */
  readonly secrets: readonly string[];
  /** What the neighbour keeps. */
  readonly neighbour: string;
  /** How the host was touched since the last call; empty when it was not. */
  touches(): Promise<string[]>;
  remove(): Promise<void>;
}

/** Lays bait out: a secret in a file, in the environment and behind a server. */
export async function layBait(): Promise<Bait> {
  const secret = `secret-${randomUUID()}`;
  const neighbour = `neighbour-${randomUUID()}`;
  const folder = await mkdtemp(join(tmpdir(), "bullpen-bait-"));
  const file = join(folder, "bait.py");
  await writeFile(file, `secret = "${secret}"\n`);
  process.env[BAIT_VARIABLE] = secret;
  const touched: string[] = [];
  const tcp = createServer((socket) => {
    touched.push("a connection came");
    socket.on("error", () => {});
    socket.end(`HTTP/1.0 200 OK\r\n\r\n${secret}`);
  }).listen(0, "127.0.0.1");
  const udp = createSocket("udp4", () => touched.push("a datagram came"));
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
      variable: BAIT_VARIABLE,
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
      delete process.env[BAIT_VARIABLE];
      tcp.close();
      udp.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
