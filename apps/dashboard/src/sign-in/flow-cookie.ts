import { z } from "zod";
import { cookiesOf, SealedText } from "../console/sealed-text.js";

/** A sign-in at the provider that has begun in a browser. */
const flowSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** Where the browser goes afterwards, below the base path. */
  returnTo: z.string(),
  /** Unix milliseconds. */
  endsAt: z.number(),
});
export type Flow = Omit<z.output<typeof flowSchema>, "endsAt">;

const NAME = "bullpen_sign_in";

/** Time for a password, a second factor and a word with a colleague. */
const LASTS_SECONDS = 600;

/**
 * The cookie by which the browser that comes back from the provider is known as the one that was sent there. It is
 * `SameSite=Lax`: a browser does not send a strict cookie when another site leads to us. What it can do is end the
 * sign-in that its own browser has begun.
 */
export class FlowCookie {
  readonly #sealed = new SealedText();
  readonly #attributes: string;

  constructor(options: { readonly basePath: string; readonly isSecure: boolean }) {
    const secure = options.isSecure ? "; Secure" : "";
    this.#attributes = `Path=${options.basePath}/session; HttpOnly; SameSite=Lax${secure}`;
  }

  /** The value of `Set-Cookie`. */
  render(flow: Flow): string {
    const value = this.#sealed.seal(JSON.stringify({ ...flow, endsAt: Date.now() + LASTS_SECONDS * 1_000 }));
    return `${NAME}=${value}; ${this.#attributes}; Max-Age=${LASTS_SECONDS}`;
  }

  renderEnd(): string {
    return `${NAME}=; ${this.#attributes}; Max-Age=0`;
  }

  /** The sign-in of a `Cookie` header that the provider's `state` belongs to, while it lasts. */
  flowOf(header: string | undefined, state: unknown): Flow | undefined {
    for (const value of cookiesOf(header, NAME)) {
      const text = this.#sealed.open(value);
      if (text === undefined) continue;
      const flow = flowSchema.parse(JSON.parse(text));
      if (flow.state === state && flow.endsAt > Date.now()) return flow;
    }
    return undefined;
  }
}
