import assert from "node:assert/strict";
import { test } from "node:test";
import { splitParagraphs } from "./paragraphs.js";
import { normalizeTerm } from "./terms.js";

test("headings precede the paragraphs of their section, and are not paragraphs themselves", () => {
  const document =
    "# Bridges\r\n\r\n## Stone\n\nOld and\nheavy.\n\nStill standing.\n\n## Steel\nLight.\n\n# Roads\n\nLong.";
  assert.deepEqual(splitParagraphs("x.md", document), [
    { context: ["Bridges", "Stone"], text: "Old and\nheavy." },
    { context: ["Bridges", "Stone"], text: "Still standing." },
    { context: ["Bridges", "Steel"], text: "Light." },
    { context: ["Roads"], text: "Long." },
  ]);
});

test("a document without headings goes by its file's name; headings alone are nothing", () => {
  assert.deepEqual(splitParagraphs("notes/tram_lines.txt", "\n\nBlue line.\n\n\n"), [
    { context: ["tram lines"], text: "Blue line." },
  ]);
  assert.deepEqual(splitParagraphs("x.md", "# Only\n\n## Headings"), []);
});

test("terms lose accents, case and plural; stop words disappear", () => {
  const words = ["Bridges", "CITIES", "boxes", "glass", "bus", "Zürich's", "the", "Who", "1889", "axis"];
  assert.deepEqual(words.map(normalizeTerm), [
    "bridge",
    "city",
    "box",
    "glass",
    "bus",
    "zurich",
    null,
    null,
    "1889",
    "axis",
  ]);
});
