import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";

/**
 * A virtual environment of Python in `<folder>/venv` that has a package. Where it cannot be made the script says so and
 * ends with 0: nothing can be judged then.
 *
 * @param check statements of Python that fail where the package is to be installed.
 * @param pipOptions further arguments of `pip install`.
 * @returns the folder of its programs.
 */
export function installPythonTool({ folder, requirement, check, pipOptions = [] }) {
  const programs = `${folder}/venv/bin`;
  mkdirSync(folder, { recursive: true });
  if (spawnSync(`${programs}/python`, ["-c", check]).status !== 0) {
    console.log(`installing ${requirement} for Python`);
    need("a virtual environment could not be made", "python3", ["-m", "venv", `${folder}/venv`]);
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...pipOptions];
    need(`${requirement} could not be installed`, `${programs}/python`, [...install, requirement]);
  }
  return programs;
}

function need(otherwise, command, args) {
  const { status, error, stderr, stdout } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return;
  const reason = error?.message ?? `${stdout}${stderr}`.trim().split("\n").at(-1);
  console.log(`Not run: ${otherwise} (${reason}).`);
  process.exit(0);
}
