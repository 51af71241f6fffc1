import { BlockList, isIP } from "node:net";

interface Network {
  readonly address: string;
  /** Leading bits of the address that count. */
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

/** An IP address, or a network such as `10.1.0.0/16`; `undefined` for what is neither. */
export function networkOf(text: string): Network | undefined {
  const [address = "", suffix, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  const most = version === 4 ? 32 : 128;
  const bits = suffix === undefined ? most : /^\d{1,3}$/.test(suffix) ? Number(suffix) : Number.NaN;
  return bits >= 0 && bits <= most ? { address, bits, family: version === 4 ? "ipv4" : "ipv6" } : undefined;
}

/** Addresses of proxies. */
export class Networks {
  readonly #list = new BlockList();

  /** @param networks as {@link networkOf} reads them; others are left out. */
  constructor(networks: readonly string[]) {
    for (const text of networks) {
      const network = networkOf(text);
      if (network) this.#list.addSubnet(network.address, network.bits, network.family);
    }
  }

  /** @param address of a peer; an IPv4 address may be written as an IPv6 one (`::ffff:10.0.0.7`). */
  has(address: string | undefined): boolean {
    const plain = address?.replace(/^::ffff:(?=\d+\.)/i, "") ?? "";
    const version = isIP(plain);
    return version !== 0 && this.#list.check(plain, version === 4 ? "ipv4" : "ipv6");
  }
}
