import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];

/** @throws {Error} saying how to install a browser, when there is none. */
function findChromium(): string {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen && !existsSync(chosen)) throw new Error(`CHROMIUM_PATH=${chosen}: there is no such file.`);
  const found = chosen || PLACES.find((path) => existsSync(path));
  if (found) return found;
  throw new Error(
    "The browser tests need Chromium and found none. Install it (Debian: apt-get install chromium; Ubuntu: snap install chromium; Fedora: dnf install chromium), or set CHROMIUM_PATH to a Chromium or Chrome binary.",
  );
}

/** @param names that lead to this machine, besides its address. */
export async function launchChromium(
  names: readonly string[] = [],
  args: readonly string[] = [],
): Promise<Browser> {
  const here = names.map((name) => `MAP ${name} 127.0.0.1, `).join("");
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      "--no-sandbox", // containers forbid the name spaces that the sandbox is made of
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-domain-reliability",
      "--disable-sync",
      "--no-pings",
      "--no-first-run",
      // Whatever still wants to leave this machine finds no address.
      `--host-resolver-rules=${here}MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
      ...args,
    ],
  });
}
