import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What is said on this web, by a word of what is searched for. */
const PAGES: Readonly<Record<string, string>> = {
  quillhaven: "The mayor of Quillhaven is Edda Marlow. She was elected in 2019.",
  thornmere: "The mayor of Thornmere is Jonas Pell. He was elected in 2021.",
  pellworth: "The mayor of Pellworth is Ines Harrow. She was elected in 2023.",
};

/** A SearXNG, as Bullpen speaks to one, over a web of a few pages. */
export async function startWeb(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const phrase = new URL(request.url ?? "", "http://web").searchParams.get("q") ?? "";
    const found = Object.entries(PAGES).filter(([word]) => phrase.toLowerCase().includes(word));
    const results = found.map(([word, content]) => ({
      title: word,
      url: `https://towns.example/${word}`,
      content,
    }));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ query: phrase, results, unresponsive_engines: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on a port has such an address
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
