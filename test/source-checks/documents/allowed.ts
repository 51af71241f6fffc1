export interface AllowedName {
  readonly name: string;
  /** Why documents name it although the tree does not have it. */
  readonly why: string;
}

export const ALLOWED: readonly AllowedName[] = [
  { name: "camelCase", why: "the rule for names itself" },
  { name: "AbortIncompleteMultipartUpload", why: "a rule of S3, set by the operator" },
  { name: "LlamaContextSequence", why: "a class of node-llama-cpp" },
  { name: "InputLookupTokenPredictor", why: "a class of node-llama-cpp" },
  { name: "token-drawer.test.ts", why: "a record of the past: the file is token-sampler.test.ts" },
  { name: ".bullpen/tuned.json", why: "written by `bullpen tune`" },
];
