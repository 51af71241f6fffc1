import { useEffect, useRef } from "preact/hooks";
import { navigate } from "../routing/router.js";
import { ENTRIES } from "./navigation.js";

/** How long the second key of a pair may take, in milliseconds. */
const PAIR_MS = 1_500;

/** `g` and the first letter of a page go there, `/` goes to the search, `?` lists the keys. */
export function Shortcuts() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    let beganAt = 0;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const isSecond = Date.now() - beganAt < PAIR_MS;
      beganAt = 0;
      if (isSecond) return goTo(event.key);
      if (event.key === "g") beganAt = Date.now();
      else if (event.key === "?") dialog.current?.showModal();
      else if (event.key === "/") focusSearch(event);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl class="keys">
        {ENTRIES.map(({ to, name }) => (
          <div key={to}>
            <dt>
              <kbd>g</kbd> <kbd>{name[0]?.toLowerCase()}</kbd>
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>/</kbd>
          </dt>
          <dd>Search on this page</dd>
        </div>
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}

function goTo(key: string): void {
  const entry = ENTRIES.find(({ name }) => name[0]?.toLowerCase() === key);
  if (entry) navigate(entry.to);
}

function focusSearch(event: KeyboardEvent): void {
  const search = document.querySelector<HTMLElement>("[data-search]");
  if (!search) return;
  event.preventDefault();
  search.focus();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null;
}
