import { join, resolve } from "node:path";
import { styleText } from "node:util";
import { loginOf, redisSettings } from "@bullpen/redis";
import { parseEnv, VERSION } from "@bullpen/runtime";
import { storageSettings } from "@bullpen/storage";
import { Command } from "commander";
import { z } from "zod";
import { type ConnectionOptions, connect } from "../../connect.js";
import { checkGpus, checkNode, checkPython } from "../../doctor/check-machine.js";
import { checkModel } from "../../doctor/check-model.js";
import { checkProcesses } from "../../doctor/check-processes.js";
import { checkRedis } from "../../doctor/check-redis.js";
import { checkStorage } from "../../doctor/check-storage.js";
import { checkToolSettings } from "../../doctor/check-tools.js";
import { check, type Finding, skipped, type Verdict } from "../../doctor/finding.js";
import { inheritedEnv, readEnv, setAmong } from "../../env.js";
import { formatJson } from "../../output/format-json.js";
import { STATE_FOLDER } from "../../paths.js";
import { findRunningStacks } from "../../stack/data-folder.js";
import { connectionOptions, examples } from "../help.js";
import { DATA_OPTION } from "../storage/open-storage.js";

interface DoctorOptions extends ConnectionOptions {
  readonly data?: string;
  readonly json?: boolean;
}

/** The settings of other processes that are checked here. */
const checkedSettings = z.object({
  ...storageSettings,
  TOOLS_FOLDER: z.string().optional(),
  MCP_CONFIG: z.string().optional(),
});

const loginSettings = z.object(redisSettings).omit({ REDIS_URL: true });

const MARKS: Readonly<Record<Verdict, string>> = {
  ok: "ok",
  warning: "warn",
  failure: "FAIL",
  skipped: "skip",
};
const COLORS = { ok: "green", warning: "yellow", failure: "red", skipped: "dim" } as const;

/** `bullpen doctor` */
export function doctorCommand(): Command {
  return connectionOptions(
    new Command("doctor")
      .description("check Redis, storage, model, GPUs, tools, clocks and versions, and say what to do")
      .option(...DATA_OPTION)
      .option("--json", "print JSON"),
  )
    .addHelpText(
      "after",
      `\nExit codes: 0 nothing fails; 1 something does.\n${examples(
        ["doctor", "checks this machine and the stack that runs on it"],
        ["doctor --json", "the same for programs"],
      )}`,
    )
    .action(runDoctor);
}

async function runDoctor(options: DoctorOptions): Promise<void> {
  const findings: Finding[] = [];
  const add = (found: readonly Finding[]) => {
    findings.push(...found);
    if (!options.json) for (const finding of found) print(finding);
  };
  const env = readEnv();
  const [stack] = await findRunningStacks(STATE_FOLDER);
  let aheadMs: number | undefined;
  add([checkNode()]);
  add(
    await check("redis", async () => {
      const ownUrl = stack?.redis && `redis://127.0.0.1:${stack.redis.port}`;
      const login = parseEnv(loginSettings, inheritedEnv());
      const checked =
        env.REDIS_URL === undefined
          ? await checkRedis(ownUrl, true)
          : await checkRedis(env.REDIS_URL, false, loginOf(login));
      aheadMs = checked.aheadMs;
      return checked.findings;
    }),
  );
  add(await check("storage", async () => [await checkStorage(readStorage(options))]));
  add(await check("model", async () => [await checkModel(env)]));
  add(await check("gpus", async () => [await checkGpus(env.GPU)]));
  add(await check("python", async () => [await checkPython()]));
  add(await check("tools", () => checkToolSettings(parseEnv(checkedSettings, inheritedEnv()))));
  if (stack || options.url !== undefined || env.BULLPEN_URL !== undefined) {
    add(
      await check("api", async () => {
        const { client } = await connect(options, { maxAttempts: 1 });
        return checkProcesses(client, { version: VERSION, aheadMs });
      }),
    );
  } else add([skipped("api", "no stack runs here, and no api is named", "npx bullpen up, or --url <url>")]);
  report(findings, options.json ?? false);
}

function readStorage({ data }: DoctorOptions) {
  const isSet = setAmong(["DATA_DIR", "S3_BUCKET"]).length > 0;
  const folder = data === undefined && isSet ? undefined : resolve(data ?? join(STATE_FOLDER, "up"), "data");
  return parseEnv(checkedSettings, {
    ...inheritedEnv(),
    ...(folder !== undefined && { DATA_DIR: folder, S3_BUCKET: "" }),
  });
}

function print({ name, verdict, message, remedy }: Finding): void {
  const hasColors = process.stdout.isTTY && process.stdout.hasColors();
  const mark = MARKS[verdict].padEnd(4);
  console.log(`${hasColors ? styleText(COLORS[verdict], mark) : mark}  ${name.padEnd(8)}  ${message}`);
  if (remedy !== undefined) console.log(`${" ".repeat(16)}→ ${remedy}`);
}

function report(findings: readonly Finding[], asJson: boolean): void {
  const count = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;
  const [failures, warnings] = [count("failure"), count("warning")];
  if (asJson) console.log(formatJson({ version: VERSION, failures, warnings, findings }));
  else console.log(`\n${failures === 0 ? "nothing fails" : `${failures} failed`}, ${warnings} to look at`);
  if (failures > 0) process.exitCode = 1;
}
