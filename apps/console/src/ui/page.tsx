import { visibleText } from "@bullpen/base";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Resource } from "../data/use-resource.js";

interface PageProps {
  readonly title: string;
  /** Beside the title. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Page({ title, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Bullpen`;
  }, [title]);
  return (
    <>
      <header class="page-head">
        <h1>{title}</h1>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

interface SectionProps {
  readonly title: string;
  readonly note?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Section({ title, note, children }: SectionProps) {
  return (
    <section>
      <div class="section-head">
        <h2>{title}</h2>
        {note !== undefined && <div class="muted">{note}</div>}
      </div>
      {children}
    </section>
  );
}

/** What is said in place of a list that has nothing: why, and what to do. */
export function Empty({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      <div>{children}</div>
    </div>
  );
}

export function ErrorNote({ error, retry }: { readonly error: Error; readonly retry?: () => void }) {
  return (
    <div class="note bad" role="alert">
      <span>{visibleText(error.message)}</span>
      {retry && (
        <button type="button" class="small" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

interface LoadedProps<T> {
  readonly resource: Resource<T>;
  readonly children: (data: T) => ComponentChildren;
}

/** What is read, or that it is on its way, or why it is not; what was read before stays under the error. */
export function Loaded<T>({ resource, children }: LoadedProps<T>) {
  const { data, error, reload } = resource;
  return (
    <>
      {error && <ErrorNote error={error} retry={reload} />}
      {data !== undefined ? children(data) : !error && <Skeleton />}
    </>
  );
}

/** Three grey lines: something is on its way. */
function Skeleton() {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      <span />
      <span />
      <span />
    </div>
  );
}
