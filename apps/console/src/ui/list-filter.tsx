import { navigate } from "../routing/router.js";

interface ListFilterProps {
  /** Where the list is, such as `/batches`; one of it is below that, by its id. */
  readonly list: string;
  /** What one of it is called, with its article. */
  readonly one: string;
  readonly statuses: readonly string[];
  /** Default: all are shown. */
  readonly status: string | undefined;
  readonly onChange: (status: string) => void;
}

/** Opens one of a list by its id, or shows those of a status alone. */
export function ListFilter({ list, one, statuses, status, onChange }: ListFilterProps) {
  const open = (text: string) => {
    const id = text.trim();
    if (id !== "") navigate(`${list}/${encodeURIComponent(id)}`);
  };
  return (
    <>
      <input
        type="search"
        data-search
        placeholder="Open by id  /"
        aria-label={`Open ${one} by its id`}
        onKeyDown={(event) => event.key === "Enter" && open(event.currentTarget.value)}
      />
      <select
        aria-label="Status"
        value={status ?? ""}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        <option value="">All statuses</option>
        {statuses.map((known) => (
          <option key={known} value={known}>
            {known.replaceAll("_", " ")}
          </option>
        ))}
      </select>
    </>
  );
}
