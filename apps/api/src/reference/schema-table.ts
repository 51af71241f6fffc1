import { type Html, html } from "@bullpen/base";
import { inline } from "./prose.js";

/** The parts of a JSON Schema that the reference shows. */
export interface ShownSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly ShownSchema[];
  readonly items?: ShownSchema;
  readonly properties?: Readonly<Record<string, ShownSchema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

/** The fields of an object, one a row; those of objects inside it follow as `outer.inner`. */
export function schemaTable(schema: ShownSchema): Html | undefined {
  const rows = rowsOf(schema, "");
  if (rows.length === 0) return undefined;
  return html`<div class="wide"><table><thead><tr><th>Field</th><th>Type</th><th></th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function rowsOf(schema: ShownSchema, prefix: string): Html[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const mark = required.has(name) ? html` <b title="required">*</b>` : undefined;
    const row = html`<tr><td><code>${path}</code>${mark}</td><td>${typeOf(field)}</td><td>${about(field)}</td></tr>`;
    return [row, ...rowsOf(innerOf(field), `${path}${isList(field) ? "[]" : ""}.`)];
  });
}

/** The object whose fields follow those of its parent: the field itself, its items, or the one that is not null. */
function innerOf(field: ShownSchema): ShownSchema {
  const some = field.anyOf?.find((choice) => choice.type !== "null") ?? field;
  return some.items ?? some;
}

function isList(field: ShownSchema): boolean {
  return (field.anyOf?.some((choice) => choice.items) ?? false) || field.items !== undefined;
}

/** What a value may be, such as `text or null`. */
export function typeOf(schema: ShownSchema): Html {
  if (schema.$ref !== undefined) return linkTo(schema.$ref);
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum) return joined(schema.enum.map((value) => html`<code>${JSON.stringify(value)}</code>`));
  if (schema.anyOf) return joined(schema.anyOf.map(typeOf));
  if (schema.items) return html`list of ${typeOf(schema.items)}`;
  return joined([schema.type ?? "any value"].flat().map((type) => html`${type}`));
}

function linkTo(ref: string): Html {
  const name = ref.split("/").at(-1) ?? ref;
  return html`<a href="#schema-${name}">${name}</a>`;
}

function joined(choices: readonly Html[]): Html {
  return html`${choices.flatMap((choice, i) => (i === 0 ? [choice] : [html` or `, choice]))}`;
}

/** A field's description, its default and its bounds. */
export function about(schema: ShownSchema): Html {
  const { minimum, maximum, maxLength, maxItems } = schema;
  const bounds = [
    schema.default !== undefined && schema.default !== null && `Default: ${JSON.stringify(schema.default)}.`,
    minimum !== undefined && `At least ${minimum}.`,
    maximum !== undefined && `At most ${maximum}.`,
    maxLength !== undefined && `At most ${maxLength} characters.`,
    maxItems !== undefined && `At most ${maxItems} entries.`,
  ].filter((bound) => bound !== false);
  return html`${inline([schema.description ?? "", ...bounds].join(" ").trim())}`;
}
