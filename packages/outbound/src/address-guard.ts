import { lookup as lookUp } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** A range of addresses such as `10.0.0.0/8`. */
type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** A network, or the name of a host in lower case, that requests may go to whatever its addresses are. */
export type AllowedDestination = Network | string;

export interface AddressGuardOptions {
  /** Lets requests go anywhere. */
  readonly allowPrivate: boolean;
  /** Where requests may go besides public addresses. */
  readonly allowed: readonly AllowedDestination[];
  /** Default: the system's resolver. */
  readonly lookup?: LookupFunction;
}

/** An address that requests must not go to. The message is for whoever chose it. */
export class RefusedAddressError extends Error {
  override readonly name = "RefusedAddressError";
}

/** IPv6 that is public is here (RFC 4291); ipaddr.js takes what it has no name for as public. */
const PUBLIC_IPV6 = ipaddr.parseCIDR("2000::/3");

/** A cloud's service for its own machines, under a public address. */
const AZURE_HOST = "168.63.129.16";

/**
 * Says which addresses a request may go to: public ones and those that are allowed. Without it whoever chooses a URL
 * reaches whatever the server can reach, the metadata service of its cloud among it.
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
    const host = hostOf(url);
    this.checkHost(host);
    if (isIP(host)) return;
    await new Promise<void>((resolve, reject) => {
      this.lookup(host, { all: true }, (error) => (error ? reject(error) : resolve()));
    });
  }

  /**
   * Checks a host that is an address itself: Node looks up names only.
   *
   * @throws {RefusedAddressError}
   */
  checkHost(host: string): void {
    if (isIP(host)) this.checkAddress(host, host);
  }

  /** Resolves a name for the very connection that is made, and refuses it if any of its addresses is refused. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#lookup(hostname, options, (error, address, family) => {
      if (error) return callback(error, address, family);
      const addresses = Array.isArray(address) ? address.map((entry) => entry.address) : [address];
      try {
        for (const one of addresses) this.checkAddress(one, hostname);
      } catch (refusal) {
        return callback(refusal as RefusedAddressError, "", 0); // checkAddress throws nothing else
      }
      callback(null, address, family);
    });
  };

  /**
   * @param host what led to the address, for the message and for what is allowed by name.
   * @throws {RefusedAddressError}
   */
  checkAddress(address: string, host: string): void {
    const { allowPrivate, allowed } = this.#options;
    if (allowPrivate || isPublic(address) || isAllowed(address, host, allowed)) return;
    const where = address === host ? address : `${host} (${address})`;
    throw new RefusedAddressError(`${where} is not a public address`);
  }
}

/** Whether an address is one of the internet: none of a private network, of a machine's own or of a special range. */
export function isPublic(text: string): boolean {
  if (text === AZURE_HOST || !ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text); // IPv4 inside IPv6 is judged as IPv4
  if (address.toString() === AZURE_HOST || address.range() !== "unicast") return false;
  return address.kind() === "ipv4" || contains(PUBLIC_IPV6, address);
}

/**
 * Reads what an operator allows: `10.1.0.0/16`, `10.1.2.3`, `fd00::/8` or `hooks.internal`.
 *
 * @throws {Error} when a text is none of these.
 */
export function parseDestination(text: string): AllowedDestination {
  if (isIP(text)) return parseNetwork(`${text}/${isIP(text) === 4 ? 32 : 128}`);
  if (text.includes("/") || text.includes(":") || !HOST_NAME.test(text)) return parseNetwork(text);
  return plainName(text);
}

/** Labels of letters, digits and dashes; the last begins with a letter, so that no form of an IPv4 address is a name. */
const HOST_NAME = /^(?:[a-z0-9_-]{1,63}\.){0,16}[a-z][a-z0-9-]{0,62}\.?$/i;

/** @throws {Error} when a text is no network. */
function parseNetwork(text: string): Network {
  return ipaddr.parseCIDR(text);
}

function isAllowed(text: string, host: string, allowed: readonly AllowedDestination[]): boolean {
  const name = plainName(host);
  if (allowed.some((one) => one === name)) return true;
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  return allowed.some((one) => typeof one !== "string" && contains(one, address));
}

function contains([network, bits]: Network, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return network.kind() === address.kind() && address.match(network, bits);
}

function plainName(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

/** The host of a URL as connections take it: IPv6 without brackets. */
function hostOf({ hostname }: Pick<URL, "hostname">): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}
