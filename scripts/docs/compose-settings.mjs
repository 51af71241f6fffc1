// `npm run docs`: writes .env.example and infra/compose/settings.yml from the schemas that read the settings, and from
// what docker-compose.yml itself takes from the environment.
import { readFileSync } from "node:fs";
import { ROOT } from "../setup.mjs";
import { APPS, defaultOf, groupByReaders, readSettings, valuesOf } from "./read-settings.mjs";
import { writeOrCheck } from "./write-or-check.mjs";

/** Lines of comments are as long as those of the source. */
const WIDTH = 118;

/** What containers have as it is: their images or docker-compose.yml set it. */
const FIXED = new Set([
  ...["HOST", "ALLOWED_HOSTS", "REDIS_URL", "REDIS_PASSWORD", "API_URL"],
  ...["DATA_DIR", "MODELS_DIR", "TUNED_FILE", "HF_HOME", "GPU", "CUDA_VISIBLE_DEVICES"],
  ...["API_PORT", "BATCHER_PORT", "WORKER_PORT", "TOOL_WORKER_PORT", "DASHBOARD_PORT"],
]);

/** What only docker-compose.yml reads: its value as it is without the variable, and what it does. */
const OF_COMPOSE = {
  COMPOSE_PROFILES: [
    "cpu",
    "Which workers run, and what else: `cpu`, `gpu` or `vllm`, and `observability`, with commas.",
  ],
  MODELS_FOLDER: ["models", "A folder of this machine with GGUF files, instead of the volume `models`."],
  REDIS_MAXMEMORY: ["2gb", "The memory that Redis may take. From 60 % on new work is refused."],
  ...passwords({
    API: "api",
    BATCHER: "batcher",
    WORKER: "worker",
    DASHBOARD: "dashboard",
    DASHBOARD_ADMIN: "dashboard-admin",
  }),
  TOOL_WORKER_REDIS_PASSWORD: [
    "tool-worker",
    "The password of Redis' user for what runs the programs of models.",
  ],
  DASHBOARD_REDIS_USER: [
    "dashboard",
    "`dashboard-admin` lets the dashboard change queues (`DASHBOARD_READ_ONLY=false`).",
  ],
  API_MEMORY: ["2g", "The memory that the api may take."],
  TOOL_WORKER_MEMORY: ["2g", "The memory that each tool-worker may take."],
  TOOL_WORKER_NODE_OPTIONS: [
    "--permission --allow-fs-read=* --allow-worker",
    "What Node lets tool-workers do. Empty: everything, for MCP servers that are programs.",
  ],
  VLLM_IMAGE: ["vllm/vllm-openai:v0.25.1", "The image of vLLM."],
  VLLM_API_KEY: ["", "A key that vLLM asks its worker for."],
  PROMETHEUS_PORT: ["9090", "The port of Prometheus on this machine."],
  GRAFANA_PORT: ["3005", "The port of Grafana on this machine."],
  GRAFANA_PASSWORD: ["bullpen", "The password of Grafana's user `admin`."],
  SECRETS_FOLDER: [
    "./secrets",
    "With docker-compose.secrets.yml, the folder of the files that hold passwords.",
  ],
};

const EXAMPLE_HEAD = `\
# Every variable that Bullpen reads. Made by \`npm run docs\`: copy it, and remove the # before what you change.
#
#   cp .env.example .env
#   docker compose up --detach --build --wait      the installation, on this machine
#   docker compose down                            and away again; volumes keep the data
#
# Without containers the same variables are the environment of \`npm start\` and of each process.
# docs/deploy.md says which of them go together, docs/settings.md has them as a table.
`;

const YAML_HEAD = `\
# The settings that each process reads, passed on from .env or the shell where they are set there. Made by
# \`npm run docs\`; docker-compose.yml extends these services.
`;

const settings = await readSettings();
checkComposeVariables();
writeOrCheck({ ".env.example": renderExample(), "infra/compose/settings.yml": renderServices() });

function passwords(users) {
  return Object.fromEntries(
    Object.entries(users).map(([variable, user]) => [
      `${variable}_REDIS_PASSWORD`,
      ["", `The password of Redis' user \`${user}\`. Default: \`REDIS_PASSWORD\`.`],
    ]),
  );
}

/** Each variable of the compose files is described here or in a schema, and none is described for nothing. */
function checkComposeVariables() {
  const text = ["docker-compose.yml", "docker-compose.secrets.yml"]
    .map((name) => readFileSync(ROOT + name, "utf8").replaceAll("$$", ""))
    .join("\n");
  const used = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name));
  used.add("COMPOSE_PROFILES"); // which Compose itself reads
  for (const name of used) {
    if (!settings.has(name) && !(name in OF_COMPOSE))
      throw new Error(`compose takes ${name}: describe it here`);
  }
  for (const name of Object.keys(OF_COMPOSE)) {
    if (!used.has(name)) throw new Error(`no compose file takes ${name}: remove it here`);
  }
}

function renderExample() {
  const own = Object.entries(OF_COMPOSE).map(([name, [value, text]]) =>
    name === "COMPOSE_PROFILES"
      ? `${comment(text)}${name}=${value}\n`
      : `${comment(text)}# ${name}=${quoted(value)}\n`,
  );
  const groups = [...groupByReaders(settings)].map(([title, entries]) =>
    section(title, entries.map(renderSetting)),
  );
  return [EXAMPLE_HEAD, section("docker-compose.yml", own), ...groups].join("\n");
}

function section(title, entries) {
  return `# ---- ${title} ----\n\n${entries.join("\n")}`;
}

function renderSetting([name, { schema }]) {
  const values = valuesOf(schema);
  const described = [schema.description];
  if (values !== "text" && values !== "a URL") described.push(`Values: ${values}.`);
  if (schema.defaultText) described.push(`Default: ${defaultOf(schema)}.`);
  if (schema.secret) described.push(`Or \`${name}_FILE\`, the path of a file that holds it.`);
  if (/^(API|DASHBOARD)_PORT$/.test(name)) described.push("With Compose, the port on this machine.");
  else if (FIXED.has(name) && name !== "REDIS_PASSWORD" && name !== "ALLOWED_HOSTS")
    described.push("Containers have their own: docker-compose.yml or the image sets it.");
  return `${comment(described.join(" "))}# ${name}=${quoted(String(schema.default ?? ""))}\n`;
}

/** A value as .env files write it. */
function quoted(value) {
  return /[\s#'"$]/.test(value) ? `'${value}'` : value;
}

function comment(text) {
  const lines = [];
  let line = "#";
  for (const word of text.split(/\s+/)) {
    if (line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return `${[...lines, line].join("\n")}\n`;
}

function renderServices() {
  const services = APPS.map((app) => {
    const names = [...settings].flatMap(([name, { schema, readers }]) => {
      if (!readers.includes(app) || FIXED.has(name)) return [];
      return schema.secret ? [name, `${name}_FILE`] : [name];
    });
    return `  ${app}:\n    environment:\n${names.map((name) => `      ${name}:\n`).join("")}`;
  });
  return `${YAML_HEAD}services:\n${services.join("")}`;
}
