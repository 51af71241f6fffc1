import { createHash } from "node:crypto";
import { Html, html } from "@bullpen/base";
import type {
  OpenApiDocument,
  OpenApiMedia,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiResponse,
} from "@bullpen/protocol/openapi";
import { inline, prose } from "./prose.js";
import { about, schemaTable, typeOf } from "./schema-table.js";

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: light-dark(#0b57d0, #8ab4f8); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
h3 { margin: 2.5rem 0 .5rem; }
a { color: var(--accent); }
code, pre { font: .875rem/1.45 ui-monospace, monospace; }
pre { padding: .75rem; background: var(--soft); border-radius: .5rem; }
pre, .wide { overflow-x: auto; }
nav ul { columns: 16rem; padding-left: 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { padding: .375rem .75rem .375rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
td:first-child { white-space: nowrap; }
summary { cursor: pointer; }
.route { font: .9375rem ui-monospace, monospace; }
.route b { text-transform: uppercase; }
`;

/** The page runs no script and loads nothing: its one style is named by its hash. */
export const REFERENCE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: OpenApiOperation;
}

/** The API reference as one page, readable on a phone and without scripts. */
export function referencePage(document: OpenApiDocument): string {
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Route => ({ method, path, operation })),
  );
  const { title, version, description } = document.info;
  const sections = document.tags.map(({ name }) => {
    const own = routes.filter(({ operation }) => operation.tags[0] === name);
    return html`<section><h2>${name}</h2>${own.map(operationOf)}</section>`;
  });
  const events = Object.entries(document.webhooks).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Route => ({ method, path, operation })),
  );
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      html`<h3 id="schema-${name}">${name}</h3>${schemaTable(schema) ?? html`<p>${typeOf(schema)}</p>`}`,
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} API reference</title>
<style>${rawStyle()}</style>
</head>
<body>
<header><h1>${title} ${version}</h1>${prose(description)}<p>The same for programs: <a href="openapi.json">openapi.json</a> (OpenAPI ${document.openapi}).</p></header>
<nav aria-label="Operations"><ul>${[...routes, ...events].map(linkOf)}</ul></nav>
<main>${sections}<section><h2>Events sent to webhook endpoints</h2>${events.map(operationOf)}</section><section><h2>Schemas</h2><p>Fields with <b>*</b> are required in requests and always present in answers.</p>${schemas}</section></main>
</body>
</html>
`.text;
}

function rawStyle(): Html {
  return new Html(STYLE);
}

function linkOf({ operation }: Route): Html {
  return html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>`;
}

function operationOf({ method, path, operation }: Route): Html {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  return html`<article id="${operationId}"><h3>${summary}</h3>
<p class="route"><b>${method}</b> ${path}</p>
${prose(description ?? "")}
${parameters.length > 0 ? parameterTable(parameters) : undefined}
${requestBody && html`<h4>Request body</h4>${mediaOf(requestBody.content)}`}
<h4>Answers</h4>
<div class="wide"><table><tbody>${Object.entries(responses).map(responseOf)}</tbody></table></div>
${Object.entries(responses)
  .filter(([status]) => status < "300")
  .map(([, { content = {} }]) => examplesOf(content))}</article>
`;
}

function parameterTable(parameters: readonly OpenApiParameter[]): Html {
  const rows = parameters.map(({ name, in: place, required, description = "", schema }) => {
    const mark = required ? html` <b title="required">*</b>` : undefined;
    const bounds = about({ ...schema, description });
    return html`<tr><td><code>${name}</code>${mark}</td><td>${place}</td><td>${typeOf(schema)}</td><td>${bounds}</td></tr>`;
  });
  return html`<h4>Parameters</h4><div class="wide"><table><tbody>${rows}</tbody></table></div>`;
}

function responseOf([status, { description, content = {} }]: [string, OpenApiResponse]): Html {
  const shapes = Object.entries(content).map(
    ([type, { schema = {} }]) => html`<div>${typeOf(schema)} <small>${type}</small></div>`,
  );
  return html`<tr><td>${status}</td><td>${inline(description)}</td><td>${shapes}</td></tr>`;
}

function mediaOf(content: Readonly<Record<string, OpenApiMedia>>): Html[] {
  return Object.entries(content).map(
    ([type, { schema = {} }]) =>
      html`<p>${schemaTable(schema) ? undefined : typeOf(schema)} <small>${type}</small></p>${schemaTable(schema)}${examplesOf(content)}`,
  );
}

function examplesOf(content: Readonly<Record<string, OpenApiMedia>>): Html[] {
  return Object.values(content)
    .filter(({ example }) => example !== undefined)
    .map(
      ({ example }) =>
        html`<details><summary>Example</summary><pre>${JSON.stringify(example, undefined, 2)}</pre></details>`,
    );
}
