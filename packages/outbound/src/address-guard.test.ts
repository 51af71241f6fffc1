import assert from "node:assert/strict";
import type { LookupFunction } from "node:net";
import { test } from "node:test";
import { AddressGuard, parseDestination, RefusedAddressError } from "./address-guard.js";

const guard = new AddressGuard({ allowPrivate: false, allowed: [] });

/** A resolver that gives these addresses for every name. */
function resolvesTo(...addresses: string[]): LookupFunction {
  return (_hostname, _options, callback) => {
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
}

test("private, local and special addresses are refused, in every way to write them", async () => {
  const hosts = [
    ...[
      "127.0.0.1",
      "127.1",
      "2130706433",
      "0x7f000001",
      "0x7f.1",
      "0177.0.0.1",
      "017700000001",
      "①②⑦.0.0.1",
      "127.0.0.1.",
      "0x7f000001.",
      "%31%32%37.0.0.1",
      "127。0。0。1",
    ],
    ...["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.100.100.200"],
    ...["169.254.169.254", "168.63.129.16", "192.0.0.192", "198.18.0.1", "203.0.113.7"],
    ...["0.0.0.0", "0", "224.0.0.1", "240.0.0.1", "255.255.255.255"],
    ...["[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]"],
    ...["[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2001::1]", "[fd00:ec2::254]", "[fc00::1]", "[fe80::1]"],
    ...["[fec0::1]", "[ff02::1]", "[2001:db8::1]", "[5f00::1]", "[4000::1]"],
  ];
  for (const host of hosts) {
    const url = new URL(`http://${host}:8080/hook`);
    await assert.rejects(guard.checkUrl(url), RefusedAddressError, host);
    assert.throws(() => guard.checkHost(url.hostname.replace(/^\[|\]$/g, "")), RefusedAddressError, host);
  }
});

test("public addresses are taken", async () => {
  for (const host of ["8.8.8.8", "172.32.0.1", "[2606:4700::1111]", "[::ffff:8.8.8.8]"]) {
    await guard.checkUrl(new URL(`https://${host}/hook`));
  }
});

test("a name is refused when any of its addresses is", async () => {
  await assert.rejects(guard.checkUrl(new URL("http://localhost/")), RefusedAddressError);
  const options = { allowPrivate: false, allowed: [] };
  const mixed = new AddressGuard({ ...options, lookup: resolvesTo("8.8.8.8", "10.0.0.1") });
  await assert.rejects(mixed.checkUrl(new URL("http://two.example/")), /two\.example \(10\.0\.0\.1\)/);
  const fine = new AddressGuard({ ...options, lookup: resolvesTo("8.8.8.8", "2606:4700::1111") });
  await fine.checkUrl(new URL("http://two.example/"));
});

test("networks and hosts can be allowed, and no others with them", async () => {
  const allowed = ["10.1.0.0/16", "fd12::/16", "192.168.7.7", "Hooks.Internal."].map(parseDestination);
  const lookup = resolvesTo("10.9.9.9", "fd99::1");
  const office = new AddressGuard({ allowPrivate: false, allowed, lookup });
  const fine = [
    "10.1.2.3",
    "[::ffff:10.1.2.3]",
    "[fd12::1]",
    "192.168.7.7",
    "hooks.internal",
    "HOOKS.internal.",
  ];
  for (const host of fine) await office.checkUrl(new URL(`http://${host}/`));
  const refused = ["10.2.0.1", "[fd13::1]", "127.0.0.1", "192.168.7.8", "10.9.9.9", "other.internal"];
  for (const host of [...refused, "evil.hooks.internal", "hooks.internal.example"]) {
    await assert.rejects(office.checkUrl(new URL(`http://${host}/`)), RefusedAddressError, host);
  }
});

test("what is neither a network nor a host is not read as one", () => {
  for (const text of [
    "10.1.0.0/",
    "10.1.0.0/33",
    "10.1",
    "0x7f.1",
    "a b",
    "http://a.example",
    "a.example:80",
    "*",
    "",
  ]) {
    assert.throws(() => parseDestination(text), text);
  }
});

test("names that only look like others lead where they lead, and are judged by that", async () => {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, _options, callback) => {
    asked.push(hostname);
    callback(null, [{ address: "169.254.169.254", family: 4 }]);
  };
  const strict = new AddressGuard({ allowPrivate: false, allowed: [], lookup });
  const hosts = [
    "metadata.google.internal.",
    "LOCALHOST.",
    "xn--lcalhost-54a",
    "löcalhost",
    "127.0.0.1.nip.io",
  ];
  for (const host of hosts) {
    await assert.rejects(
      strict.checkUrl(new URL(`http://${host}/`)),
      /169\.254\.169\.254\) is not a public/,
      host,
    );
  }
  assert.equal(asked.length, hosts.length);
  // Zones of IPv6 are no part of URLs; a resolver may still answer with one.
  assert.throws(() => new URL("http://[fe80::1%25eth0]/"));
  assert.throws(() => strict.checkAddress("fe80::1%eth0", "name.example"), RefusedAddressError);
  assert.throws(() => strict.checkAddress("", "name.example"), RefusedAddressError);
});
