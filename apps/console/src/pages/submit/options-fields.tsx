import { visibleText } from "@bullpen/base";
import type { ToolView } from "@bullpen/client";
import { NUMBERS, type QueryOptions } from "./query-options.js";

interface OptionsFieldsProps {
  readonly tools: readonly ToolView[];
  readonly options: QueryOptions;
  readonly onChange: (options: QueryOptions) => void;
  /** Whether they are shown at once. */
  readonly isOpen: boolean;
}

/** Tools, sampling and limits of a query. A field that is left empty is the server's to decide. */
export function OptionsFields({ tools, options, onChange, isOpen }: OptionsFieldsProps) {
  const { numbers } = options;
  return (
    <details class="quiet" open={isOpen}>
      <summary>Tools, sampling and limits</summary>
      <div class="form">
        {tools.length > 0 && <ToolBoxes tools={tools} options={options} onChange={onChange} />}
        <div class="fields">
          {NUMBERS.map(({ name, label, ...bounds }) => (
            <label key={name}>
              {label}
              <input
                type="number"
                placeholder="default"
                value={numbers[name] ?? ""}
                {...bounds}
                onInput={({ currentTarget: { value } }) =>
                  onChange({ ...options, numbers: { ...numbers, [name]: value } })
                }
              />
            </label>
          ))}
        </div>
      </div>
    </details>
  );
}

function ToolBoxes({ tools, options, onChange }: Omit<OptionsFieldsProps, "isOpen">) {
  const chosen =
    options.tools ?? tools.filter(({ offered_by_default }) => offered_by_default).map(({ id }) => id);
  const choose = (id: string, isChosen: boolean) =>
    onChange({ ...options, tools: isChosen ? [...chosen, id] : chosen.filter((other) => other !== id) });
  return (
    <fieldset class="row">
      <legend>Tools</legend>
      {tools.map(({ id }) => (
        <label key={id} class="check">
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onChange={(event) => choose(id, event.currentTarget.checked)}
          />
          <bdi>{visibleText(id)}</bdi>
        </label>
      ))}
    </fieldset>
  );
}
