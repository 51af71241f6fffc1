import { AddressGuard, isPublic } from "@bullpen/outbound";
import type { HttpClient } from "@bullpen/outbound/client";

/**
 * Who asks for the files of a model. The operator names where a download starts, so that may be anywhere: the hub, or a
 * mirror in a private network. Hubs lead to other hosts, which they choose: from the internet those must be on the
 * internet too, from a private network they may be there.
 */
export class DownloadClients {
  readonly #named: HttpClient;
  readonly #followed: HttpClient;
  /** The address that was last connected to for an origin. */
  readonly #addresses: ReadonlyMap<string, string>;

  /** @param silenceMs how long a server may say nothing. */
  static async open(options: {
    readonly connectTimeoutMs: number;
    readonly silenceMs: number;
  }): Promise<DownloadClients> {
    // It takes 0.1 s of CPU to load, and the command line loads this module for every command.
    const { HttpClient } = await import("@bullpen/outbound/client");
    const addresses = new Map<string, string>();
    const onConnect = (origin: string, address: string) => void addresses.set(origin, address);
    const guard = new AddressGuard({ allowPrivate: false, allowed: [] });
    return new DownloadClients(
      new HttpClient({ ...options, onConnect }),
      new HttpClient({ ...options, guard }),
      addresses,
    );
  }

  private constructor(named: HttpClient, followed: HttpClient, addresses: ReadonlyMap<string, string>) {
    this.#named = named;
    this.#followed = followed;
    this.#addresses = addresses;
  }

  /** Whoever is to ask for a URL of a download that started at another. */
  for(url: string, start: string): HttpClient {
    const { origin } = new URL(start);
    if (new URL(url).origin === origin) return this.#named;
    const address = this.#addresses.get(origin);
    return address !== undefined && !isPublic(address) ? this.#named : this.#followed;
  }

  async close(): Promise<void> {
    await Promise.all([this.#named.destroy(), this.#followed.destroy()]);
  }
}
