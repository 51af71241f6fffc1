/** Files that make connections of their own, each with the reason. All others go through `@bullpen/outbound/client`. */
export const ALLOWED: Readonly<Record<string, string>> = {
  "packages/client/src/bullpen-client.ts": "Asks the api, from browsers too.",
  "packages/redis/src/connection/open-usable.ts": "Connects to Redis.",
  "packages/redis/src/connection/usable-connector.ts": "Gives ioredis the socket of Redis, or a closed one.",
  "packages/storage/src/s3/s3-client.ts":
    "Makes connections for the SDK of AWS, which takes its authority from them.",
  "apps/tool-worker/src/tools/search/duckduckgo.ts": "duck-duck-scrape asks, at DuckDuckGo's hosts alone.",
  "apps/dashboard/src/console/proxy-api.ts":
    "Passes requests on to the api as they come, redirects included, which are the browser's to judge.",
  "apps/dashboard/src/sign-in/networks.ts": "Compares addresses, and connects to none.",
  "apps/cli/src/stack/folder-lock.ts": "Connects to a socket file, which is a lock.",
  "apps/worker/src/fleet-metrics.ts": "Asks its own child processes.",
  "apps/worker/src/start-fleet.ts": "Asks its own child processes.",
  "apps/worker/src/vllm/start-vllm.ts": "Asks its own child process, through a socket file.",
};
