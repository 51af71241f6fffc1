import { buildConnector } from "undici";
import type { AddressGuard } from "../address-guard.js";

export interface ConnectorOptions {
  /** Default: every address is connected to. */
  readonly guard?: AddressGuard | undefined;
  readonly timeoutMs: number;
  /** The socket file to connect to in place of the URL's host. */
  readonly socketPath?: string | undefined;
  /** Told of each connection: the origin that it is for, and the address at its other end. */
  readonly onConnect?: ((origin: string, address: string) => void) | undefined;
}

/**
 * Makes the connections of a client. The address is checked where it is used: in the lookup that the socket makes, and
 * once more when the socket is connected. So a name that leads elsewhere between a check and a connection gets nothing.
 */
export function createConnector(options: ConnectorOptions): buildConnector.connector {
  const { guard, timeoutMs, socketPath, onConnect } = options;
  const connect = buildConnector({
    timeout: timeoutMs,
    ...(guard && { lookup: guard.lookup }),
    ...(socketPath !== undefined && { socketPath }),
  });
  return (target, callback) => {
    const { hostname, protocol, host = hostname } = target;
    try {
      guard?.checkHost(hostname);
    } catch (refusal) {
      return callback(refusal as Error, null); // checkHost throws nothing else
    }
    connect(target, (...connected) => {
      const [error, socket] = connected;
      if (error) return callback(...connected);
      const address = socket.remoteAddress;
      // A socket that is closed again, or that is a file's, has no address.
      if (address === undefined) return callback(null, socket);
      try {
        guard?.checkAddress(address, hostname);
      } catch (refusal) {
        socket.destroy();
        return callback(refusal as Error, null); // checkAddress throws nothing else
      }
      onConnect?.(`${protocol}//${host}`, address);
      callback(null, socket);
    });
  };
}
