import type { RequestListener } from "node:http";
import { ApiError } from "@bullpen/protocol";

/** Answers a request whose body stopped arriving. Its handler notices when the connection is closed. */
export const refuseSlow: RequestListener = (_request, response) => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const message = "The body came too slowly: at least 16 kB of it must come in each minute. Send it again.";
  const body = JSON.stringify(new ApiError("request_too_slow", message).toBody());
  response
    .writeHead(408, { "content-type": "application/json; charset=utf-8", connection: "close" })
    .end(body);
};
