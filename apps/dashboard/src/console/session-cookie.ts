import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Longer cookies are not decrypted: a key takes far less. */
const MAX_CHARACTERS = 1_000;

/** Cookies of the name that are read. More than one comes from a page that wants to deceive. */
const MAX_COOKIES = 4;

const NAME = "bullpen_session";

/**
 * Keys in cookies. Browsers send a cookie to every port of a host, so the key is encrypted with a secret of this
 * process: no other server on the machine learns it. A restart signs everybody out.
 */
export class SessionCookie {
  readonly #secret = randomBytes(32);
  readonly #path: string;

  /** @param basePath what the browser has before every path: nothing, or a path such as `/ops`. */
  constructor(basePath: string) {
    this.#path = basePath === "" ? "/" : basePath;
  }

  /** The value of `Set-Cookie` that signs a browser in, until it is closed. */
  render(key: string, isSecure: boolean): string {
    return this.#header(this.#encrypt(key), isSecure);
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
    const pairs = header?.split(";").map((pair) => pair.trim()) ?? [];
    const values = pairs.filter((pair) => pair.startsWith(`${NAME}=`)).slice(0, MAX_COOKIES);
    const keys = new Set(values.map((pair) => this.#decrypt(pair.slice(NAME.length + 1))));
    keys.delete(undefined);
    const [key] = keys;
    return keys.size === 1 ? key : undefined;
  }

  #header(value: string, isSecure: boolean): string {
    const attributes = `Path=${this.#path}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
    return `${NAME}=${value}; ${attributes}`;
  }

  #encrypt(key: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#secret, nonce);
    const text = Buffer.concat([cipher.update(key, "utf8"), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64url");
  }

  #decrypt(value: string): string | undefined {
    if (value.length > MAX_CHARACTERS) return undefined;
    const bytes = Buffer.from(value, "base64url");
    if (bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
    const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv(CIPHER, this.#secret, bytes.subarray(0, NONCE_BYTES));
    try {
      decipher.setAuthTag(tag);
      const text = [decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
      return Buffer.concat(text).toString("utf8");
    } catch {
      return undefined; // changed, or written before a restart
    }
  }
}
