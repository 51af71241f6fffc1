// Exit code 0 when the process on the port that a variable of this container names is alive. The slim images have no curl.
// biome-ignore lint/style/noProcessEnv: it runs in an image, beside the settings of the app that it asks
const port = process.env[process.argv[2]];
try {
  const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(4_000) });
  process.exitCode = response.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
