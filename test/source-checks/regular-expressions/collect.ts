import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AnyNode, type Expression, type Program, parse } from "acorn";
import { full } from "acorn-walk";
import { ROOT } from "../../testing/run-app.js";

/** A regular expression of Bullpen's own code. */
export interface Found {
  /** The source file's path from the repository's root. */
  readonly file: string;
  /** As a literal; the text of the call where it is put together from what is known at run time only. */
  readonly text: string;
  readonly expression: RegExp | undefined;
}

/** All regular expressions that the compiled apps and packages hold, tests left out. */
export function collectExpressions(): Found[] {
  return compiledFiles().flatMap((path) => {
    const source = readFileSync(join(ROOT, path), "utf8");
    const program = parse(source, { ecmaVersion: "latest", sourceType: "module" });
    const constants = constantsOf(program);
    const file = path.replace("/dist/", "/src/").replace(/\.js$/, ".ts");
    const found: Found[] = [];
    full(program, (node) => {
      // acorn-walk gives the nodes of acorn, whose types it does not tell.
      const each = node as AnyNode;
      const parts = partsOf(each, constants);
      if (!parts) return;
      const { pattern, flags } = parts;
      const expression = pattern === undefined ? undefined : new RegExp(pattern, flags);
      found.push({
        file,
        text: expression ? String(expression) : source.slice(each.start, each.end),
        expression,
      });
    });
    return found;
  });
}

function compiledFiles(): string[] {
  const folders = ["apps", "packages"].flatMap((kind) =>
    readdirSync(join(ROOT, kind)).map((name) => `${kind}/${name}/dist`),
  );
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".js") && !name.endsWith(".test.js"))
      .map((name) => `${folder}/${name}`)
      .sort(),
  );
}

interface Parts {
  /** Missing where it is not known before the program runs. */
  readonly pattern: string | undefined;
  readonly flags: string;
}

function partsOf(node: AnyNode, constants: ReadonlyMap<string, string>): Parts | undefined {
  if (node.type === "Literal" && node.regex) return node.regex;
  if (node.type !== "NewExpression" && node.type !== "CallExpression") return undefined;
  if (node.callee.type !== "Identifier" || node.callee.name !== "RegExp") return undefined;
  const [pattern, flags] = node.arguments;
  return {
    pattern: pattern && pattern.type !== "SpreadElement" ? textOf(pattern, constants) : undefined,
    flags: flags?.type === "Literal" ? String(flags.value) : "",
  };
}

/** Constants of a module that are texts or numbers, also put together from others. */
function constantsOf(program: Program): Map<string, string> {
  const constants = new Map<string, string>();
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) {
      const text = init ? textOf(init, constants) : undefined;
      if (id.type === "Identifier" && text !== undefined) constants.set(id.name, text);
    }
  }
  return constants;
}

function textOf(node: Expression, constants: ReadonlyMap<string, string>): string | undefined {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" || typeof node.value === "number"
        ? String(node.value)
        : undefined;
    case "Identifier":
      return constants.get(node.name);
    case "BinaryExpression": {
      if (node.left.type === "PrivateIdentifier") return undefined;
      const [left, right] = [textOf(node.left, constants), textOf(node.right, constants)];
      if (left === undefined || right === undefined) return undefined;
      if (node.operator === "-") return String(Number(left) - Number(right));
      return node.operator === "+" ? left + right : undefined;
    }
    case "TaggedTemplateExpression":
      // String.raw is the only tag in use.
      return node.quasi.expressions.length === 0 ? node.quasi.quasis[0]?.value.raw : undefined;
    case "TemplateLiteral": {
      const inner = node.expressions.map((each) => textOf(each, constants));
      if (inner.includes(undefined)) return undefined;
      return node.quasis.map(({ value }, i) => `${value.cooked ?? ""}${inner[i] ?? ""}`).join("");
    }
    default:
      return undefined;
  }
}
