import { printError, redactPrints, VERSION } from "@bullpen/runtime";
import { Command } from "commander";
import { auditCommand } from "./commands/audit.js";
import { batchCommand } from "./commands/batch/batch.js";
import { batchSubmitCommand } from "./commands/batch/submit.js";
import { completionCommand } from "./commands/completion.js";
import { evalCommand } from "./commands/eval/eval.js";
import { examples } from "./commands/help.js";
import { keysCommand } from "./commands/keys/keys.js";
import { modelsCommand } from "./commands/models/models.js";
import { askCommand } from "./commands/query/ask.js";
import { redisCommand } from "./commands/redis/redis.js";
import { demoCommand } from "./commands/stack/demo.js";
import { doctorCommand } from "./commands/stack/doctor.js";
import { statusCommand } from "./commands/stack/status.js";
import { topCommand } from "./commands/stack/top.js";
import { tuneCommand } from "./commands/stack/tune.js";
import { upCommand } from "./commands/stack/up.js";
import { backupCommand, restoreCommand } from "./commands/storage/backup.js";
import { toolCommand } from "./commands/tool/new.js";
import { usageCommand } from "./commands/usage.js";
import { questionArgument } from "./input/question-argument.js";

const program = new Command("bullpen")
  .description("Answers questions in bulk with open-weight models that use tools.")
  .version(VERSION, "-v, --version", "print the version")
  .addCommand(upCommand())
  .addCommand(demoCommand())
  .addCommand(askCommand())
  .addCommand(batchSubmitCommand("submit a file of questions: the same as `batch submit`"))
  .addCommand(batchCommand())
  .addCommand(evalCommand())
  .addCommand(statusCommand())
  .addCommand(topCommand())
  .addCommand(doctorCommand())
  .addCommand(keysCommand())
  .addCommand(usageCommand())
  .addCommand(auditCommand())
  .addCommand(redisCommand())
  .addCommand(backupCommand())
  .addCommand(restoreCommand())
  .addCommand(modelsCommand())
  .addCommand(toolCommand())
  .addCommand(tuneCommand())
  .addCommand(completionCommand())
  .addHelpText(
    "after",
    examples(
      ["up", "starts everything"],
      ['query "what is 85 times 9443?"', "asks one question"],
      ["batch submit questions.csv -o results.jsonl", "asks a file of them"],
    ),
  );

redactPrints(process.stderr); // results on standard output are the user's own

// Left to Node it would be printed with all its fields, which may hold passwords.
process.on("uncaughtException", (error) => {
  printError(error);
  process.exit(1);
});

try {
  await program.parseAsync(questionArgument(process.argv.slice(2)), { from: "user" });
} catch (error) {
  printError(error);
  process.exitCode ??= 1;
}
