import assert from "node:assert/strict";
import { test } from "node:test";
import { errorMessage, toError } from "./error-message.js";

test("an error keeps its message and its identity", () => {
  const error = new TypeError("no port");
  assert.equal(errorMessage(error), "no port");
  assert.equal(toError(error), error);
});

test("any other value becomes a message", () => {
  assert.equal(errorMessage("no port"), "no port");
  assert.equal(errorMessage(undefined), "undefined");
  assert.equal(toError(404).message, "404");
});
