import { readFileSync } from "node:fs";
import { type OpenApiDocument, openApiDocument } from "@bullpen/protocol/openapi";
import type { Express } from "express";
import { addRoute } from "../http/add-route.js";
import { REFERENCE_POLICY, referencePage } from "./reference-page.js";

/** The description of the API for programs (`/openapi.json`) and for people (`/docs`). */
export function addReference(app: Express): void {
  const document = once(() => openApiDocument(readVersion()));
  const json = once(() => JSON.stringify(document()));
  const page = once(() => referencePage(document()));
  addRoute(app, "/openapi.json", {
    GET: (_request, response) => void response.type("json").send(json()),
  });
  addRoute(app, "/docs", {
    GET: (_request, response) =>
      void response.set("content-security-policy", REFERENCE_POLICY).type("html").send(page()),
  });
}

/** Bullpen's version, from the package of this app. */
function readVersion(): OpenApiDocument["info"]["version"] {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version; // npm demands it of every package
}

/** Makes something at its first use. */
function once<Value extends object | string>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
