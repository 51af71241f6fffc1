import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { modelNameOf, modelNameSchema } from "@bullpen/contracts";
import { findInCatalogue, readCatalogue, sizeOf } from "./catalogue.js";
import { findModel } from "./find-model.js";
import { leastBytes } from "./memory.js";
import { filesOf, parseModelUri } from "./model-source.js";

describe("the catalogue", () => {
  test("has the Mixtrals, and models that fit a laptop", () => {
    const names = readCatalogue().map((entry) => entry.name);
    for (const quantization of ["q4_k_m", "q5_k_m", "q8_0"])
      assert.ok(names.includes(`mixtral-8x7b-instruct-${quantization}`));
    assert.ok(names.some((name) => name.startsWith("mixtral-8x22b-instruct")));
    const small = readCatalogue().filter((entry) => (sizeOf(entry) ?? 0) < 3e9);
    assert.ok(small.length >= 5);
  });

  test("names every file once, with a URI that can be read and a size", () => {
    const entries = readCatalogue();
    const names = entries.flatMap(({ name, short_name }) => [name, ...(short_name ? [short_name] : [])]);
    assert.equal(new Set(names).size, names.length);
    assert.equal(new Set(entries.map(({ uri }) => uri)).size, entries.length);
    for (const entry of entries) {
      assert.equal(parseModelUri(entry.uri).kind, "hub-file", entry.uri);
      assert.ok(sizeOf(entry) !== undefined, entry.name);
      assert.ok(entry.sha256 === undefined || entry.bytes !== undefined, entry.name);
    }
  });

  test("gives a name that every process serves the model under", () => {
    for (const { name, short_name } of readCatalogue()) {
      for (const one of [name, short_name ?? name]) {
        assert.ok(modelNameSchema.safeParse(one).success);
        assert.equal(modelNameOf(one), one);
      }
    }
  });

  test("has architectures whose heads make the embedding, or say otherwise as their makers do", () => {
    for (const { name, architecture: a } of readCatalogue()) {
      assert.ok(a.heads % a.kv_heads === 0, name);
      // These two have wider heads than their embedding would give.
      const isWide = name.startsWith("qwen3-4b") || name.startsWith("ministral-3-3b");
      assert.equal(a.heads * a.head_size === a.embedding, !isWide, name);
    }
  });

  test("knows what Mixtral needs at least: its weights and 128 KiB a token", () => {
    const entry = findInCatalogue("Mixtral-8x7B-Instruct");
    assert.ok(entry);
    assert.equal(
      leastBytes(entry.architecture, { weightBytes: 1e9, contextTokens: 1_024 }),
      1e9 + 1_024 * 131_072,
    );
  });
});

describe("a MODEL", () => {
  test("is a name of the catalogue, in full or short and in any case", async () => {
    for (const name of ["mixtral-8x7b-instruct", "Mixtral-8x7B-Instruct-Q4_K_M"]) {
      const found = await findModel(name);
      assert.equal(found.kind === "remote" && found.entry?.name, "mixtral-8x7b-instruct-q4_k_m");
    }
  });

  test("is demo, a path, or a file of this folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bullpen-models-"));
    try {
      await writeFile(join(folder, "mine"), "");
      for (const path of ["some/path", "x.gguf", join(folder, "mine")])
        assert.deepEqual(await findModel(path), { kind: "file", path });
      const demo = await findModel("demo");
      assert.equal(demo.kind === "file" && demo.path, resolve("models/demo/bullpen-demo.gguf"));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("a URI of the catalogue is checked as its name is", async () => {
    const [entry] = readCatalogue();
    assert.ok(entry);
    assert.deepEqual(await findModel(entry.uri), { kind: "remote", uri: entry.uri, entry });
  });

  const misspelt: [string, string][] = [
    ["mixtral", "mixtral-8x7b-instruct or mixtral-8x22b-instruct"],
    ["mixtral-8x7b-instruct-q5", "mixtral-8x7b-instruct-q5_k_m"],
    ["qwen3-4b", "qwen3-4b-instruct"],
    ["mixtrall-8x7b-instruct", "mixtral-8x7b-instruct"],
    ["Qwen_2.5_Coder", "qwen2.5-coder-1.5b-instruct"],
    ["qwen2.5", "qwen2.5-7b-instruct, qwen2.5-1.5b-instruct, or qwen2.5-coder-1.5b-instruct"],
    ["dmeo", "demo"],
    ["mixtal", "mixtral-8x7b-instruct or mixtral-8x22b-instruct"],
  ];
  for (const [name, meant] of misspelt) {
    test(`${name} may mean ${meant}`, async () => {
      await assert.rejects(findModel(name), (error: Error) => {
        assert.ok(
          error.message.startsWith(`There is no model "${name}". Did you mean ${meant}?`),
          error.message,
        );
        return true;
      });
    });
  }

  test("a name that is near nothing gets the list without a guess", async () => {
    await assert.rejects(
      findModel("zzzzzz"),
      /There is no model "zzzzzz"\. Names of the catalogue: demo, mixtral-8x7b/,
    );
  });
});

describe("the URI of a model", () => {
  const wrong = [
    "hf:",
    "hf:user",
    "hf:user/",
    "hf:user/repo/readme.md",
    "hf:user/../x.gguf",
    "hf:user/repo/../../x.gguf",
    "hf:user/repo/%2e%2e/x.gguf",
    "hf:user/repo//x.gguf",
    "hf:user/repo:",
    "https://",
    "https://host/a/..%2F..%2Fx.gguf",
    "https://host/%zz.gguf",
    "https://host/model.bin",
  ];
  for (const uri of wrong) {
    test(`${uri} is refused with the forms that work`, () => {
      assert.throws(
        () => parseModelUri(uri),
        /does not name a model file: .*Write hf:user\/repository:Q4_K_M/,
      );
    });
  }

  test("keeps branches and hosts apart, and never leaves the folder", () => {
    const at = (uri: string) => {
      const source = parseModelUri(uri);
      assert.ok(source.kind !== "hub-tag");
      return filesOf(source, { folder: "/m", endpoint: "https://hub" });
    };
    assert.deepEqual(at("hf:u/r/sub dir/x.gguf#refs/pr/1"), [
      {
        url: "https://hub/u/r/resolve/refs/pr/1/sub%20dir/x.gguf",
        path: "/m/hf/u/r/branch refs/pr/1/sub dir/x.gguf",
      },
    ]);
    assert.deepEqual(at("https://h:8/a/x.gguf?sig=1"), [
      { url: "https://h:8/a/x.gguf?sig=1", path: "/m/url/h_8/a/x.gguf" },
    ]);
    assert.equal(at("hf:u/r/x-00001-of-00003.gguf").length, 3);
    assert.equal(at("https://h/x-00002-of-00002.gguf?s=1")[0]?.url, "https://h/x-00001-of-00002.gguf?s=1");
  });
});
