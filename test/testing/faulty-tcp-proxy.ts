import { connect, createServer, type Socket } from "node:net";

/** A TCP way to a server that is no good. */
export interface FaultyTcpProxy {
  readonly url: string;
  /** Whether it takes no more bytes. */
  isFull(): boolean;
  /** Connections that it has broken. */
  broken(): number;
  close(): void;
}

/**
 * @param fault `takes`: so many bytes of a connection are taken, and no more; `breaksAfter`: a connection
 * is cut once so many bytes came back through it.
 */
export async function startFaultyTcpProxy(
  url: string,
  fault: { takes?: number; breaksAfter?: number },
): Promise<FaultyTcpProxy> {
  const { takes = Number.POSITIVE_INFINITY, breaksAfter = Number.POSITIVE_INFINITY } = fault;
  const sockets: Socket[] = [];
  let isFull = false;
  let broken = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(url).port), "127.0.0.1");
    sockets.push(client, upstream);
    let [sent, returned] = [0, 0];
    client.on("data", (part) => {
      sent += part.byteLength;
      upstream.write(part);
      if (sent <= takes) return;
      isFull = true;
      client.pause();
    });
    upstream.on("data", (part) => {
      const room = Math.max(breaksAfter - returned, 0);
      returned += part.byteLength;
      client.write(part.subarray(0, room));
      if (returned <= breaksAfter || upstream.destroyed) return;
      broken++;
      upstream.destroy();
      client.destroySoon();
    });
    client.on("close", () => upstream.destroy()).on("error", () => {});
    upstream.on("close", () => client.destroySoon()).on("error", () => {});
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    isFull: () => isFull,
    broken: () => broken,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
