import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { StartupError } from "./startup-error.js";

/** Connections that may wait to be taken. By itself Node has 511, which 1,000 clients that come at once overrun. */
const BACKLOG = 4_096;

/**
 * Binds an HTTP server and returns its URL. Port 0 picks a free one.
 *
 * @throws {StartupError} when the address cannot be had, saying which setting to change.
 */
export async function listen(server: Server, host: string, port: number, setting: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(explain(error, host, port, setting)));
    server.listen({ port, host, backlog: BACKLOG }, resolve);
  });
  const address = server.address() as AddressInfo; // a TCP server's address is never a string
  const name = host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${address.port}`;
}

function explain(error: NodeJS.ErrnoException, host: string, port: number, setting: string): Error {
  if (error.code === "EADDRINUSE") {
    return new StartupError(
      `Port ${port} on ${host} is taken by another process. Set ${setting} to another port, or to 0 for any free one.`,
    );
  }
  if (error.code === "EACCES") {
    return new StartupError(`Port ${port} needs privileges. Set ${setting} to a port above 1023.`);
  }
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    return new StartupError(`HOST=${host} is not an address of this machine. Use 127.0.0.1 or 0.0.0.0.`);
  }
  return error;
}

/** How often a closing server checks for connections whose response has ended. */
const IDLE_CHECK_MS = 100;

/** Enough for a health check that is being answered. */
const HEALTH_GRACE_MS = 1_000;

/**
 * Closes a server: no new connections, idle ones dropped at once, busy ones after their response. A client
 * that has its next request ready on a connection it kept gets that one answered, and no other.
 *
 * @param graceMs how long busy connections get. Those that are still busy then, such as a download that its client
 * does not read, are cut off.
 */
export async function closeServer(server: Server, graceMs = HEALTH_GRACE_MS): Promise<void> {
  server.prependListener("request", (_request, response) => response.setHeader("connection", "close"));
  const idleCheck = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearInterval(idleCheck);
  clearTimeout(deadline);
}
