import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

/** A port that leads to another one, which may be named later: so a server can be told its address before it starts. */
export interface Forwarder {
  readonly url: string;
  /** @param url where connections go from now on. */
  leadTo(url: string): void;
  stop(): void;
}

export async function startForwarder(): Promise<Forwarder> {
  let port = 0;
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    near.pipe(far).pipe(near);
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: own } = server.address() as AddressInfo; // a cast: it listens on TCP
  return {
    url: `http://127.0.0.1:${own}`,
    leadTo: (url) => {
      port = Number(new URL(url).port);
    },
    stop: () => void server.close(),
  };
}
