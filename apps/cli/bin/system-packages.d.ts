/** Installs a Redis server where there is none. Ends the process where that is not possible. */
export function installRedis(): void;
