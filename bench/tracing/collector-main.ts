import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A collector that takes traces and keeps nothing. */
const server = createServer((request, response) => {
  request.resume().on("end", () => response.end());
});
server.listen(0, "127.0.0.1", () => {
  // A cast: a server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  process.send?.({ type: "ready", url: `http://127.0.0.1:${port}` });
});
process.once("disconnect", () => process.exit());
