import { Link } from "../routing/router.js";

interface PagerProps {
  /** The first page's path; `undefined` on the first page. */
  readonly first: string | undefined;
  /** The next page's path; `undefined` on the last page. */
  readonly next: string | undefined;
  readonly nextName: string;
}

/** Leads through a list page by page. */
export function Pager({ first, next, nextName }: PagerProps) {
  if (first === undefined && next === undefined) return null;
  return (
    <nav class="pager" aria-label="Pages of the list">
      {first !== undefined && (
        <Link to={first} class="button small">
          First page
        </Link>
      )}
      {next !== undefined && (
        <Link to={next} class="button small">
          {nextName}
        </Link>
      )}
    </nav>
  );
}
