import { lookup as lookUp } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** A range of addresses such as `10.0.0.0/8`. */
export type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

export interface AddressGuardOptions {
  /** Lets requests go anywhere. */
  readonly allowPrivate: boolean;
  /** Networks that requests may go to although they are not public. */
  readonly allowedNetworks: readonly Network[];
  /** Default: the system's resolver. */
  readonly lookup?: LookupFunction;
}

/** An address that requests must not go to. The message is for whoever chose it. */
export class RefusedAddressError extends Error {
  override readonly name = "RefusedAddressError";
}

/** IPv6 that is public lies here (RFC 4291); ipaddr.js takes what it has no name for as public. */
const PUBLIC_IPV6 = ipaddr.parseCIDR("2000::/3");

/** A cloud's service for its own machines, under a public address. */
const AZURE_HOST = "168.63.129.16";

/**
 * Says which addresses a request may go to: public ones and those that are allowed. Without it a webhook
 * would reach whatever the server can reach, the metadata service of its cloud among it.
 */
export class AddressGuard {
  readonly #options: AddressGuardOptions;
  readonly #lookup: LookupFunction;

  constructor(options: AddressGuardOptions) {
    this.#options = options;
    this.#lookup = options.lookup ?? lookUp;
  }

  /**
   * Checks a URL when it is written down. What its name leads to may change, so that alone is not enough.
   *
   * @throws {RefusedAddressError} when it leads to a refused address.
   * @throws {Error} when its name cannot be resolved.
   */
  async checkUrl(url: URL): Promise<void> {
    this.checkLiteral(url);
    const host = hostOf(url);
    if (isIP(host)) return;
    await new Promise<void>((resolve, reject) => {
      this.lookup(host, { all: true }, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** @throws {RefusedAddressError} when the host is a refused address itself: Node looks up names only. */
  checkLiteral(url: URL): void {
    const host = hostOf(url);
    if (isIP(host)) this.#check(host, host);
  }

  /** Resolves a name for the very connection that is made, and refuses it if any of its addresses is refused. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#lookup(hostname, options, (error, address, family) => {
      if (error) return callback(error, address, family);
      const addresses = Array.isArray(address) ? address.map((entry) => entry.address) : [address];
      try {
        for (const one of addresses) this.#check(one, hostname);
      } catch (refusal) {
        return callback(refusal as RefusedAddressError, "", 0); // #check throws nothing else
      }
      callback(null, address, family);
    });
  };

  #check(text: string, host: string): void {
    if (this.#options.allowPrivate || this.#isAllowed(text)) return;
    const where = text === host ? text : `${host} (${text})`;
    throw new RefusedAddressError(`${where} is not a public address`);
  }

  #isAllowed(text: string): boolean {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text); // IPv4 inside IPv6 is judged as IPv4
    if (this.#options.allowedNetworks.some((network) => contains(network, address))) return true;
    if (text === AZURE_HOST || address.range() !== "unicast") return false;
    return address.kind() === "ipv4" || contains(PUBLIC_IPV6, address);
  }
}

/** @throws {Error} when a text is no network. */
export function parseNetwork(text: string): Network {
  return ipaddr.parseCIDR(text);
}

function contains([network, bits]: Network, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return network.kind() === address.kind() && address.match(network, bits);
}

function hostOf({ hostname }: URL): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}
