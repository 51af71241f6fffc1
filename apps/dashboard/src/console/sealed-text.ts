import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts texts with a secret of this process, so that nobody else can read or make one. */
export class SealedText {
  readonly #secret = randomBytes(32);

  /** The text, encrypted, in base64url. */
  seal(text: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#secret, nonce);
    const bytes = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), bytes]).toString("base64url");
  }

  /** The text that {@link seal} has encrypted; `undefined` for everything else. */
  open(value: string): string | undefined {
    const bytes = Buffer.from(value, "base64url");
    if (bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
    const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv(CIPHER, this.#secret, bytes.subarray(0, NONCE_BYTES));
    try {
      decipher.setAuthTag(tag);
      const text = [decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
      return Buffer.concat(text).toString("utf8");
    } catch {
      return undefined;
    }
  }
}

/** Cookies of a name that are read. More than one comes from a page that wants to deceive. */
const MAX_COOKIES = 4;

/** Longer cookies are not decrypted: what is in ours takes far less. */
const MAX_CHARACTERS = 2_000;

/** The values of the cookies of a name in a `Cookie` header. */
export function cookiesOf(header: string | undefined, name: string): string[] {
  const pairs = header?.split(";").map((pair) => pair.trim()) ?? [];
  return pairs
    .filter((pair) => pair.startsWith(`${name}=`))
    .slice(0, MAX_COOKIES)
    .map((pair) => pair.slice(name.length + 1))
    .filter((value) => value.length <= MAX_CHARACTERS);
}
