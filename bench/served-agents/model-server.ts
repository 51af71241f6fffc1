import { z } from "zod";
import { UsageError } from "../harness/arguments.js";

/** A server that speaks the OpenAI protocol, as far as a script has to know it. */
export interface ModelServer {
  /** Such as `http://127.0.0.1:8000/v1`. */
  readonly url: string;
  readonly model: string;
  readonly isVllm: boolean;
  /** Whether its prompts begin with the name of the BOS token; llama-server adds the token itself. */
  readonly takesBos: boolean;
}

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string() })).min(1) });

export async function findModelServer(url: string): Promise<ModelServer> {
  const model = modelsSchema.parse(await ask(`${url}/models`)).data[0]?.id ?? "";
  const isVllm = await fetch(new URL("/version", url)).then(
    ({ ok }) => ok,
    () => false,
  );
  return { url, model, isVllm, takesBos: isVllm };
}

async function ask(url: string): Promise<unknown> {
  try {
    return await (await fetch(url)).json();
  } catch (error) {
    throw new UsageError(`${url} cannot be read (${String(error)}). Start a model server there first.`);
  }
}
