import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ROOT } from "../setup.mjs";
import { checkLicences } from "./licences.mjs";
import { addFiles, missingFrom, withoutDevelopment } from "./sbom.mjs";
import { judge } from "./vulnerabilities.mjs";

const lock = JSON.parse(readFileSync(`${ROOT}package-lock.json`, "utf8"));

test("the licences of the lock file are allowed, and others are named", () => {
  assert.deepEqual(checkLicences(lock).problems, []);
  const withOthers = {
    packages: {
      "node_modules/viral": { version: "1.0.0", license: "AGPL-3.0-only" },
      "node_modules/a/node_modules/silent": { version: "2.0.0" },
      "node_modules/axe-core": { version: "4.0.0", license: "MPL-2.0" }, // of production, not of the tests
      "node_modules/fine": { version: "1.0.0", license: "MIT" },
      "packages/own": { version: "1.0.0" },
    },
  };
  assert.deepEqual(checkLicences(withOthers), {
    checked: 4,
    problems: ["viral 1.0.0: AGPL-3.0-only", "silent 2.0.0: no licence", "axe-core 4.0.0: MPL-2.0"],
  });
});

test("no package runs code while it is installed, and those that would are known", () => {
  assert.match(readFileSync(`${ROOT}.npmrc`, "utf8"), /^ignore-scripts=true$/m);
  const { allowScripts } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8"));
  const wanting = Object.entries(lock.packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
  // Another one: find out what its script does, and whether the package works without it; then add it with false.
  assert.deepEqual(Object.keys(allowScripts).sort(), wanting.sort());
  assert.ok(Object.values(allowScripts).every((allowed) => allowed === false));
});

test("a report of vulnerabilities is judged by severity, and a registry without one is no clean bill", () => {
  const report = (vulnerabilities) => ({
    metadata: { vulnerabilities: { total: Object.keys(vulnerabilities).length } },
    vulnerabilities,
  });
  const low = { name: "a", severity: "moderate", range: "<1" };
  const high = { name: "b", severity: "high", range: "<2" };
  const critical = { name: "c", severity: "critical", range: "<3" };
  assert.deepEqual(judge(report({ a: low })), {
    isKnown: true,
    isBad: false,
    text: "No vulnerability of high or critical severity is known; 1 of lower severity.",
  });
  const bad = judge(report({ a: low, b: high, c: critical }));
  assert.ok(bad.isBad);
  assert.match(bad.text, /^Vulnerable: b <2 \(high\), c <3 \(critical\); 1 of lower severity/);
  assert.deepEqual(judge({ message: "405 Method Not Allowed", error: { summary: "" } }), {
    isKnown: false,
    isBad: false,
    text: "Not checked: the registry tells no vulnerabilities (405 Method Not Allowed).",
  });
});

test("the bill of materials has what production needs and no more, and the files that no package declares", () => {
  const component = (name, development) => ({
    "bom-ref": `${name}@1.0.0`,
    name,
    purl: `pkg:npm/${name.replace("@", "%40")}@1.0.0`,
    ...(development && { properties: [{ name: "cdx:npm:package:development", value: "true" }] }),
  });
  const made = {
    metadata: { component: { "bom-ref": "bullpen@1.0.0", name: "some-folder" } },
    components: [component("@scope/used"), component("tester", true)],
    dependencies: [{ ref: "bullpen@1.0.0", dependsOn: ["@scope/used@1.0.0", "tester@1.0.0"] }],
  };
  const sbom = addFiles(withoutDevelopment(made), "1.0.0", () => "bytes");
  assert.deepEqual(
    sbom.components.map(({ name, type = "library" }) => [name, type]),
    [
      ["@scope/used", "library"],
      ["CPython", "application"],
      ["bullpen-demo", "machine-learning-model"],
    ],
  );
  assert.deepEqual(sbom.dependencies[0].dependsOn, ["@scope/used@1.0.0"]);
  assert.equal(sbom.metadata.component.name, "bullpen");
  const packages = {
    "node_modules/@scope/used": { version: "1.0.0" },
    "node_modules/forgotten": { version: "2.0.0" },
    "node_modules/tester": { version: "1.0.0", dev: true },
  };
  assert.deepEqual(missingFrom(sbom, { packages }), ["forgotten@2.0.0"]);
});
