// Apart from the addresses: undici takes 0.1 s of CPU to load, and the command line reads those for every command.
export { HttpClient, type HttpResponse } from "./http-client.js";
export { readText } from "./limit-body.js";
