// `npm run licences`: every npm package that the lock file names, of all platforms, has a licence that we may use.
// Read from the lock file itself: tools that read node_modules see this machine's packages only.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { ROOT } from "../setup.mjs";

/** SPDX expressions, as packages write them. To add one, read it first: these ask for a notice at most. */
const ALLOWED = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "Unlicense",
  "(BSD-2-Clause OR MIT OR Apache-2.0)",
  "(MIT AND Zlib)",
  "(MIT OR GPL-3.0-or-later)",
  "MIT OR Apache-2.0",
]);

/** Packages of which something else is known. Each with its reason. */
const EXCEPTIONS = {
  "axe-core": "MPL-2.0: a tool of the tests, neither changed nor handed on",
  "@modelcontextprotocol/server-everything": "MIT or Apache-2.0, in words; a tool of the tests",
};

/** Packages for other platforms than the lock file was made on may lack it; they have that of their siblings. */
const FAMILIES = ["@biomejs/cli-", "@msgpackr-extract/", "@node-llama-cpp/"];

/** @returns {{checked: number, problems: string[]}} what is wrong with the licences of a lock file. */
export function checkLicences(lock) {
  const packages = Object.entries(lock.packages).filter(
    ([path, { link }]) => path.includes("node_modules/") && !link,
  );
  const problems = packages.flatMap(([path, { license, version, dev }]) => {
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    if (license === undefined && FAMILIES.some((family) => name.startsWith(family))) return [];
    if (ALLOWED.has(license) || (name in EXCEPTIONS && dev)) return [];
    return [`${name} ${version}: ${license ?? "no licence"}`];
  });
  return { checked: packages.length, problems };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { checked, problems } = checkLicences(JSON.parse(readFileSync(`${ROOT}package-lock.json`, "utf8")));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) {
    console.error(
      "These licences are not on the list of scripts/supply-chain/licences.mjs. Read them first.",
    );
    process.exitCode = 1;
  } else console.log(`The licences of ${checked} packages are on the list.`);
}
