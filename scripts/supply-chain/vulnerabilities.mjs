// `npm run vulnerabilities`: fails when npm's database knows a vulnerability of high or critical severity in a package
// of the lock file, of the tests' too. Mirrors of the registry often have no such database: then it says so and ends
// with 0, for it cannot judge; `-- --required` makes that an error.
import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { ROOT } from "../setup.mjs";

/**
 * @param report what `npm audit --json` printed.
 * @returns {{isKnown: boolean, isBad: boolean, text: string}}
 */
export function judge(report) {
  const counts = report.metadata?.vulnerabilities;
  if (!counts) {
    const reason = report.error?.summary || report.message || "npm gave no report";
    return {
      isKnown: false,
      isBad: false,
      text: `Not checked: the registry tells no vulnerabilities (${reason}).`,
    };
  }
  const bad = Object.values(report.vulnerabilities ?? {}).filter(({ severity }) =>
    ["high", "critical"].includes(severity),
  );
  const names = bad.map(({ name, severity, range }) => `${name} ${range} (${severity})`);
  const others = counts.total - bad.length;
  const rest = `${others} of lower severity`;
  return bad.length > 0
    ? {
        isKnown: true,
        isBad: true,
        text: `Vulnerable: ${names.join(", ")}; ${rest}. \`npm audit\` has the details.`,
      }
    : {
        isKnown: true,
        isBad: false,
        text: `No vulnerability of high or critical severity is known; ${rest}.`,
      };
}

function main() {
  const { stdout, stderr } = spawnSync("npm", ["audit", "--json"], { cwd: ROOT, encoding: "utf8" });
  const { isKnown, isBad, text } = judge(parse(stdout) ?? { message: stderr.trim().split("\n")[0] });
  console.log(text);
  if (isBad || (!isKnown && process.argv.includes("--required"))) process.exitCode = 1;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
