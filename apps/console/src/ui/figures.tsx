import type { ComponentChildren } from "preact";

interface FigureProps {
  readonly label: string;
  readonly value: ComponentChildren;
  readonly note?: ComponentChildren;
}

/** Numbers that matter, side by side. */
export function Figures({ items }: { readonly items: readonly FigureProps[] }) {
  return (
    <dl class="figures">
      {items.map(({ label, value, note }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            {value}
            {note !== undefined && <small>{note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface BarProps {
  readonly label: string;
  /** What fills the bar, one after the other. */
  readonly parts: readonly { readonly value: number; readonly tone: "good" | "bad" | "active" }[];
  readonly total: number;
}

/** How much of a total is there. */
export function Bar({ label, parts, total }: BarProps) {
  const sum = parts.reduce((all, { value }) => all + value, 0);
  let x = 0;
  return (
    <svg
      class="bar"
      role="img"
      aria-label={`${label}: ${sum} of ${total}`}
      viewBox="0 0 100 1"
      preserveAspectRatio="none"
    >
      {parts.map(({ value, tone }) => {
        const width = total > 0 ? (value / total) * 100 : 0;
        const part = <rect key={tone} class={tone} x={x} y="0" width={width} height="1" />;
        x += width;
        return part;
      })}
    </svg>
  );
}

/** How many lines of a batch have ended, and how. */
export function LinesBar({
  counts,
}: {
  readonly counts: Readonly<Record<"total" | "completed" | "failed", number>>;
}) {
  return (
    <Bar
      label="Lines that have ended"
      total={counts.total}
      parts={[
        { value: counts.completed, tone: "good" },
        { value: counts.failed, tone: "bad" },
      ]}
    />
  );
}
