import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { PemFileError, readPemFile } from "./read-pem-file.js";

const folder = mkdtempSync(join(tmpdir(), "bullpen-pem-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(text: string): string {
  const path = join(folder, "file.pem");
  writeFileSync(path, text);
  return path;
}

test("the text of a file of the right kind is read", () => {
  const bundle = "# ours\n-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
  assert.equal(readPemFile("REDIS_CA_FILE", fileWith(bundle), "certificate"), bundle);
  for (const label of ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"]) {
    readPemFile("REDIS_KEY_FILE", fileWith(`-----BEGIN ${label}-----`), "private key");
  }
});

test("any other file is refused by the setting, the path and the remedy", () => {
  const cases: [text: string, kind: "certificate" | "private key", says: RegExp][] = [
    ["", "certificate", /REDIS_FILE=.*file\.pem holds no certificate\. Write it in PEM.*BEGIN CERTIFICATE/],
    ["\x30\x82\x01", "certificate", /holds no certificate/],
    ["-----BEGIN PRIVATE KEY-----", "certificate", /holds no certificate/],
    ["-----BEGIN CERTIFICATE-----", "private key", /holds no private key/],
    [
      "-----BEGIN ENCRYPTED PRIVATE KEY-----",
      "private key",
      /It is encrypted: store it without a passphrase/,
    ],
  ];
  for (const [text, kind, says] of cases) {
    assert.throws(
      () => readPemFile("REDIS_FILE", fileWith(text), kind),
      (error) => error instanceof PemFileError && says.test(error.message),
      text,
    );
  }
  assert.throws(
    () => readPemFile("REDIS_FILE", "/nowhere", "certificate"),
    /REDIS_FILE=\/nowhere cannot be read \(ENOENT/,
  );
  assert.throws(() => readPemFile("REDIS_FILE", folder, "certificate"), /EISDIR/);
});
