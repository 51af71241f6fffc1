import { KEY_PREFIX } from "../commands/key-prefix.js";

/**
 * A write that changes nothing: the key is never there. Redis refuses it in every state in which it takes no
 * writes, and passes it on to no replica and no file. OOM does not refuse it: answers can be read then.
 */
export const PROBE = ["DEL", `${KEY_PREFIX}:writable`] as const;
