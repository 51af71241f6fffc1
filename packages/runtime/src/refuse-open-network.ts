import { isIP } from "node:net";
import { z } from "zod";
import { StartupError } from "./startup-error.js";

/** For processes that show what callers have sent. */
export const withoutKeysSetting = z
  .enum(["true", "false"], "must be true or false")
  .default("false")
  .transform((value) => value === "true")
  .describe(
    "`true` starts api and dashboard on an address of the network although no key was made: everybody who reaches them may use them.",
  );

interface Listener {
  readonly HOST: string;
  readonly ALLOW_WITHOUT_KEYS: boolean;
}

/**
 * Refuses to listen for the network while everybody who reaches the process owns it.
 *
 * @throws {StartupError}
 */
export async function refuseOpenNetwork(
  { HOST, ALLOW_WITHOUT_KEYS }: Listener,
  keys: { isInUse(): Promise<boolean> },
  what: "the api" | "the dashboard",
): Promise<void> {
  if (isLoopback(HOST) || ALLOW_WITHOUT_KEYS || (await keys.isInUse())) return;
  throw new StartupError(
    `HOST=${HOST} opens ${what} to the network, and there is no key yet, so everybody could use it. Make a key first: npx bullpen keys create --role admin. If something else keeps strangers out, such as a proxy with a login, set ALLOW_WITHOUT_KEYS=true.`,
  );
}

/** Whether only programs of this machine reach an address. A name other than `localhost` may lead anywhere. */
function isLoopback(host: string): boolean {
  const address = host.toLowerCase();
  if (address === "localhost") return true;
  if (isIP(address) === 4) return address.startsWith("127.");
  return address === "::1" || /^::ffff:127\./.test(address);
}
