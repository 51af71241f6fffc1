import type { ModelView } from "@bullpen/client";

interface ModelSelectProps {
  readonly models: readonly ModelView[];
  readonly value: string;
  readonly onChange: (model: string) => void;
}

/** The models that may be asked; of one without a worker it says so. */
export function ModelSelect({ models, value, onChange }: ModelSelectProps) {
  return (
    <label>
      Model
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {models.map(({ id, bullpen }) => (
          <option key={id} value={id}>
            {id}
            {bullpen.served ? "" : " (no worker: it waits)"}
          </option>
        ))}
      </select>
    </label>
  );
}
