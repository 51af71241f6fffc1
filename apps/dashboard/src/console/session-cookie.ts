import { cookiesOf, SealedText } from "./sealed-text.js";

const NAME = "bullpen_session";

/**
 * Keys in cookies. Browsers send a cookie to every port of a host, so the key is encrypted with a secret of this
 * process: no other server on the machine learns it. A restart signs everybody out.
 */
export class SessionCookie {
  readonly #sealed = new SealedText();
  readonly #path: string;

  /** @param basePath what the browser has before every path: nothing, or a path such as `/ops`. */
  constructor(basePath: string) {
    this.#path = basePath === "" ? "/" : basePath;
  }

  /** The value of `Set-Cookie` that signs a browser in, until it is closed. */
  render(key: string, isSecure: boolean): string {
    return this.#header(this.#sealed.seal(key), isSecure);
  }

  /** The value of `Set-Cookie` that signs a browser out. */
  renderEnd(isSecure: boolean): string {
    return `${this.#header("", isSecure)}; Max-Age=0`;
  }

  /**
   * The key of a `Cookie` header; `undefined` where it holds none that this process has written. A page on another port
   * of the host can add cookies of this name for a part of the paths: those that are not ours do not count, and where
   * one holds another session, nobody is signed in.
   */
  keyOf(header: string | undefined): string | undefined {
    const keys = new Set(cookiesOf(header, NAME).map((value) => this.#sealed.open(value)));
    keys.delete(undefined);
    const [key] = keys;
    return keys.size === 1 ? key : undefined;
  }

  #header(value: string, isSecure: boolean): string {
    const attributes = `Path=${this.#path}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
    return `${NAME}=${value}; ${attributes}`;
  }
}
