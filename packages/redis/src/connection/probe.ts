import { KEY_PREFIX } from "../commands/key-prefix.js";

/**
 * A write that changes nothing: the key never exists. Redis refuses it in every state in which it takes no writes,
 * and sends it to no replica and no file. It is not refused with OOM: answers can be read then.
 */
export const PROBE = ["DEL", `${KEY_PREFIX}:writable`] as const;
