/** Hash-tagged, so that every key of one installation lives on one Redis Cluster node. */
export const KEY_PREFIX = "{bullpen}";
