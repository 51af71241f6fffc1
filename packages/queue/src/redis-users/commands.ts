/** Commands of the scripts of BullMQ, which Redis checks one by one against the user who runs a script. */
export const BULLMQ_SCRIPTS = [
  ...[
    "del",
    "exists",
    "get",
    "incr",
    "incrby",
    "persist",
    "pexpire",
    "pexpireat",
    "pttl",
    "rename",
    "set",
    "time",
  ],
  ...["type", "unlink"],
  ...["hdel", "hexists", "hget", "hgetall", "hincrby", "hlen", "hmget", "hmset", "hset"],
  ...["lindex", "llen", "lpop", "lpos", "lpush", "lrange", "lrem", "lset", "ltrim"],
  ...["rpop", "rpoplpush", "rpush"],
  ...["sadd", "scard", "sismember", "smembers", "srem"],
  ...["xadd", "xdel", "xlen", "xrange", "xread", "xtrim"],
  ...["zadd", "zcard", "zcount", "zlexcount", "zpopmin", "zrange", "zrangebylex", "zrangebyscore", "zrem"],
  ...["zremrangebyrank", "zremrangebyscore", "zrevrange", "zrevrangebyscore", "zscore"],
] as const;

/** What BullMQ lists the children of a job by: a script names the command in a variable. */
export const CHILDREN = ["hscan", "sscan"] as const;

/** What every connection needs: ours, ioredis', BullMQ's check of the version. */
export const CONNECTION = ["client|setname", "info", "ping"] as const;

/** How scripts and transactions are run. */
export const SCRIPTING = ["eval", "evalsha", "exec", "multi"] as const;

/** What BullMQ's workers wait by. */
export const WAITING = ["bzpopmin"] as const;

/** Commands of Bullpen's own scripts and records that BullMQ's lack. */
export const RECORDS = [
  "expire",
  "hkeys",
  "hsetnx",
  "hvals",
  "mget",
  "zscan",
  "zmscore",
  "zremrangebyscore",
] as const;

/** Commands that read a queue and change nothing. */
export const READING = [
  ...["exists", "get", "pttl", "time", "type"],
  ...["hexists", "hget", "hgetall", "hkeys", "hlen", "hmget", "hvals"],
  ...["lindex", "llen", "lpos", "lrange"],
  ...["scard", "sismember", "smembers"],
  ...["xlen", "xrange"],
  ...["zcard", "zcount", "zlexcount", "zrange", "zrangebylex", "zrangebyscore", "zrevrange"],
  ...["zrevrangebyscore", "zscan", "zscore"],
] as const;
