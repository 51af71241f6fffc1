import { visibleText } from "@bullpen/base";
import { useState } from "preact/hooks";

/** Characters of a line in a table. */
const LINE_CHARACTERS = 200;
/** Characters of a text that are shown at first: more of them make a browser slow. */
const FIRST_CHARACTERS = 20_000;

/** The beginning of a stranger's text, on one line. */
export function Line({ text }: { readonly text: string }) {
  const line = text.slice(0, LINE_CHARACTERS).replaceAll(/\s{1,200}/g, " ");
  return (
    <bdi class="line" title={visibleText(text.slice(0, 1_000))}>
      {visibleText(line)}
      {text.length > LINE_CHARACTERS ? "…" : ""}
    </bdi>
  );
}

/** A stranger's text as it was written; of a long one the beginning, and the rest on demand. */
export function Text({ text, code = false }: { readonly text: string; readonly code?: boolean }) {
  const [all, setAll] = useState(false);
  const isCut = !all && text.length > FIRST_CHARACTERS;
  return (
    <div class={code ? "text code" : "text"}>
      {text === "" ? (
        <span class="muted">empty</span>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <pre dir="auto" tabIndex={0}>
          {visibleText(isCut ? text.slice(0, FIRST_CHARACTERS) : text)}
        </pre>
      )}
      {isCut && (
        <button type="button" class="small" onClick={() => setAll(true)}>
          Show all {text.length.toLocaleString("en-US")} characters
        </button>
      )}
    </div>
  );
}

/** An id that is copied by a click. */
export function Id({ value }: { readonly value: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(value).catch(() => {}); // refused: the id can still be selected
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <span class="id">
      <code>{value}</code>
      <button type="button" class="copy" onClick={copy} aria-label={`Copy ${value}`}>
        {copied ? "copied" : "copy"}
      </button>
    </span>
  );
}
