// Bundles the compiled console and its styles into apps/dashboard/dist/site: files with their digests in their names,
// and the page that names them. Does nothing while these are newer than all that they are made of.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL("./", import.meta.url));
const SITE = join(HERE, "../dashboard/dist/site");
const PAGE = join(SITE, "index.html");
/** The oldest browsers that know all that styles and scripts use: `light-dark()` decides. */
const BROWSERS = ["chrome123", "firefox120", "safari17.5"];

if (!isCurrent()) await buildSite();

function isCurrent() {
  if (!existsSync(PAGE)) return false;
  const builtAt = statSync(PAGE).mtimeMs;
  const sources = [join(HERE, "build.mjs"), ...filesOf("src"), ...filesOf("dist")];
  const libraries = ["base", "client", "contracts"].flatMap((name) => filesOf(`../../packages/${name}/dist`));
  return [...sources, ...libraries].every((path) => statSync(path).mtimeMs <= builtAt);
}

/** Scripts, styles and the page in a folder and those below it. */
function filesOf(folder) {
  return readdirSync(join(HERE, folder), { recursive: true })
    .filter((name) => /\.(?:js|css|html|svg)$/.test(name) && !/\.test\.js$/.test(name))
    .map((name) => join(HERE, folder, name));
}

async function buildSite() {
  const { build } = await import("esbuild");
  rmSync(SITE, { recursive: true, force: true });
  mkdirSync(SITE, { recursive: true });
  const { metafile } = await build({
    entryPoints: {
      console: join(HERE, "dist/main.js"),
      style: join(HERE, "src/styles/style.css"),
      icon: join(HERE, "src/icon.svg"),
    },
    loader: { ".svg": "copy" },
    outdir: join(SITE, "assets"),
    entryNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    chunkNames: "[name]-[hash]",
    format: "esm",
    minify: true,
    target: BROWSERS,
    // The scripts of a page that shows strangers' texts say nothing in the console unless something is wrong.
    drop: ["debugger"],
    metafile: true,
    logLevel: "warning",
  });
  const files = Object.entries(metafile.outputs).filter(([, { entryPoint }]) => entryPoint);
  const names = files.map(([path]) => path.slice(path.indexOf("assets/")));
  const nameOf = (end) => names.find((name) => name.endsWith(end));
  const page = readFileSync(join(HERE, "src/index.html"), "utf8")
    .replace("assets/style.css", nameOf(".css"))
    .replace("assets/icon.svg", nameOf(".svg"))
    .replace("assets/console.js", nameOf(".js"));
  writeFileSync(PAGE, page);
}
