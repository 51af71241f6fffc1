import assert from "node:assert/strict";
import { test } from "node:test";
import { timeZoneFile, timeZoneNames } from "./time-zone-file.js";

/** The times of a file (RFC 9636) at which its offset changes, with the offset and name from then on. */
function read(file: Uint8Array) {
  const bytes = Buffer.from(file);
  const second = 44 + 7;
  assert.equal(bytes.toString("latin1", 0, 5), "TZif2");
  assert.equal(bytes.toString("latin1", second, second + 5), "TZif2");
  const [times = 0, types = 0, characters = 0] = [32, 36, 40].map((at) => bytes.readUInt32BE(second + at));
  const at = second + 44;
  const typesAt = at + 9 * times;
  const namesAt = typesAt + 6 * types;
  assert.equal(bytes.toString("latin1", namesAt + characters), "\n\n");
  const typeOf = (index: number) => {
    const nameAt = namesAt + (bytes[typesAt + 6 * index + 5] ?? 0);
    const name = bytes.toString("latin1", nameAt, bytes.indexOf(0, nameAt));
    return `${bytes.readInt32BE(typesAt + 6 * index)} ${bytes[typesAt + 6 * index + 4]} ${name}`;
  };
  const changes = Array.from({ length: times }, (_, i) => {
    const time = new Date(Number(bytes.readBigInt64BE(at + 8 * i)) * 1_000).toISOString();
    return `${time} ${typeOf(bytes[at + 8 * times + i] ?? 0)}`;
  });
  return { first: typeOf(0), changes };
}

test("a zone's changes are those of the IANA database", () => {
  const berlin = read(timeZoneFile("Europe/Berlin") ?? new Uint8Array()).changes;
  for (const change of [
    "1980-04-06T01:00:00.000Z 7200 1 CEST",
    "2024-03-31T01:00:00.000Z 7200 1 CEST",
    "2024-10-27T01:00:00.000Z 3600 0 CET",
    "2099-10-25T01:00:00.000Z 3600 0 CET",
  ]) {
    assert.ok(berlin.includes(change), change);
  }
  assert.deepEqual(read(timeZoneFile("UTC") ?? new Uint8Array()), { first: "0 0 UTC", changes: [] });
  const apia = read(timeZoneFile("Pacific/Apia") ?? new Uint8Array()).changes;
  assert.ok(
    apia.some((change) => change.startsWith("2011-12-30T10:00:00.000Z 50400")),
    "the day that Samoa left out",
  );
  const kathmandu = read(timeZoneFile("Asia/Kathmandu") ?? new Uint8Array()).changes;
  assert.equal(kathmandu.at(-1), "1985-12-31T18:30:00.000Z 20700 0 +0545");
});

test("what is no zone's name has no file", () => {
  for (const name of ["", "*", "Europe/Berlim", "../UTC", "+01:00", "UTC\n", "UTC\0", "A".repeat(65)]) {
    assert.equal(timeZoneFile(name), undefined, name);
  }
  assert.ok(Buffer.from(timeZoneNames()).toString().split("\n").includes("Europe/Berlin"));
});
