/** What the choice of a server reads of it. */
export interface ServerLoad {
  readonly address: string;
  /** Requests of this process that the server works on. */
  readonly inFlight: number;
}

/**
 * Requests at a query's own server from which an idle server is the better place. On one H100, vLLM gives each of 8
 * requests less than half the tokens a second that it gives a single one (129 and 440 / 8), and computes a prompt of
 * 4,000 tokens again in about 0.13 s.
 */
const CROWDED = 8;

/**
 * The server for a request: the one that holds its prefix, unless that has {@link CROWDED} or more requests while
 * another has none; for a request without such a server the one with the fewest requests. Among equals the key decides,
 * so that several workers send the same query to the same server.
 *
 * @param available servers that take work.
 * @param home the server that served the key last, if any.
 */
export function chooseServer<Server extends ServerLoad>(
  available: readonly Server[],
  home: Server | undefined,
  key: string | undefined,
): Server | undefined {
  const fewest = Math.min(...available.map(({ inFlight }) => inFlight));
  if (home && available.includes(home) && (home.inFlight < CROWDED || fewest > 0)) return home;
  const idlest = available.filter(({ inFlight }) => inFlight === fewest);
  const [first] = idlest;
  if (!first || idlest.length === 1 || key === undefined) return first;
  return idlest.reduce((best, server) => (rank(key, server) > rank(key, best) ? server : best));
}

/**
 * Highest-random-weight hashing: a server that goes moves only its own keys. FNV-1a, and the last steps of MurmurHash3,
 * without which addresses that differ in one digit rank alike for every key.
 */
function rank(key: string, { address }: ServerLoad): number {
  let hash = 0x811c9dc5;
  for (const char of `${address} ${key}`) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
