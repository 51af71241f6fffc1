import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { BullpenClient } from "../bullpen-client.js";
import { BullpenError, ServiceUnavailableError } from "../errors.js";

const page = (title: string) =>
  `<!doctype html><html><head><title>${title}</title></head>${"x".repeat(5_000)}`;
const http = (status: string, type: string, body: string) =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;

/** What may answer in a Bullpen's place, and what the error says of it. */
const others: [what: string, answer: string, said: RegExp][] = [
  ["a web server", http("200 OK", "text/html", page("Welcome")), /no Bullpen.*a web page, "Welcome".*--url/],
  ["a page without a title", http("200 OK", "text/html", "<p>hi"), /no Bullpen.*it sent no JSON: a web page/],
  ["nothing", http("200 OK", "text/plain", ""), /no Bullpen.*it sent no JSON\)/],
  [
    "another api",
    http("200 OK", "application/json", '{"data":"x"}'),
    /no Bullpen.*another form than ours, at data/,
  ],
  ["JSON that is no object", http("200 OK", "application/json", "[1]"), /no Bullpen.*another form/],
  [
    "a missing page",
    http("404 Not Found", "text/html", page("404")),
    /HTTP status 404: a web page, "404".*--url/,
  ],
  ["a login", http("401 Unauthorized", "text/html", page("Log in")), /HTTP status 401: a web page, "Log in"/],
  ["another protocol", "SSH-2.0-OpenSSH_9.6\r\n", /No Bullpen answers at .*--url/],
];
for (const [what, answer, said] of others) {
  test(`reported at once, in a short sentence: ${what}`, async (t) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const client = new BullpenClient({ url, urlSetting: "--url" });
    for (const request of [() => client.queues.list(), () => client.batches.list({ limit: 1 })]) {
      await assert.rejects(request(), (error: Error) => {
        assert.ok(
          error instanceof BullpenError && !(error instanceof ServiceUnavailableError),
          String(error),
        );
        assert.match(error.message, said);
        return error.message.length < 400;
      });
    }
  });
}

test("an address that is no URL of the web is refused", () => {
  for (const url of ["nonsense", "ftp://x", "file:///etc/passwd", ""]) {
    assert.throws(() => new BullpenClient({ url }), /must be a URL such as http:/);
  }
});
