/** The dataset format, for the help of `bullpen eval`. */
export const DATASET_HELP = `
A dataset is JSONL, a case a line:
  {"id": "a", "question": "What is 6 times 7?", "answer": 42, "check": "numeric"}
  id         a name that no other line has
  question   what the model is asked
  answer     what the check compares with
  check      the name of a check, or an object {"type": …, options}
  class      optional: the group that the case is counted in
  documents  optional: texts, or {"title", "text"}. They are put before the question, numbered,
             under "Documents:", and the question after them under "Question:"
  system     optional: instructions of the case's own
  tools      optional: the tools that this case may use, [] for none

Checks:
  numeric    a number in the answer, which may be prose: after #### or in \\boxed{}, else the last
             number, or the last that the question does not name. Reads 1,234.5, 3/4, 15%, 2 million,
             1e6. Options: tolerance, relative_tolerance, units {"km": 1000, "m": 1}
  exact      the answer is the text, or one of several; case, spaces, quotes and a full stop do not
             count. Options: case_sensitive, ignore_punctuation
  contains   the text is in the answer as whole words. Options: mode any or all, and those of exact
  regex      a pattern of RE2 is found in the answer. Option: case_sensitive
  json       a JSON value is in the answer. Option: mode equal or includes
  tool       the call was made: a name, {"tool", "input"}, several, or [] for no call
  judge      another model says whether the answer is right. Option: criteria

A case whose query fails is counted as failed, never as wrong; accuracy is right / (right + wrong).`;

export const FOLDER_HELP = `
The folder holds run.json (what was asked, and the batch), dataset.jsonl, answers.jsonl (as the batch
gave them), result.json (summary and scored cases, schema_version 1) and report.html, which is the
same for people: one page that needs nothing else.`;

export const EVAL_EXIT_CODES = `
Exit codes: 0 all cases were scored; 1 an error; 3 some cases failed or got no verdict; 4 the accuracy
is below --min-accuracy; 130 after Ctrl-C.`;
