import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./run-app.js";

/** The path of a certificate or key; `test/testing/tls/README.md` lists them. */
export function tlsFile(name: string): string {
  return join(ROOT, "test/testing/tls", name);
}

/** The certificate `<name>.pem` and its key, as texts. */
export function certificate(name: string): { cert: string; key: string } {
  return {
    cert: readFileSync(tlsFile(`${name}.pem`), "utf8"),
    key: readFileSync(tlsFile(`${name}.key`), "utf8"),
  };
}
