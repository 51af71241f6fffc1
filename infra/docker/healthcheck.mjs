// Exit code 0 when the process on the given port of this container is alive. The slim images have no curl.
const port = process.argv[2];
try {
  const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(4_000) });
  process.exitCode = response.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
