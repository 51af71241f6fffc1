/** Paths on a grid of 24, drawn with strokes. */
const PATHS = {
  overview: "M4 19V10M10 19V5M16 19v-7M22 19H2",
  batches: "M4 6h16M4 12h16M4 18h10",
  queries: "M21 12a8 8 0 0 1-11.6 7.1L4 20l1-5A8 8 0 1 1 21 12Z",
  submit: "M12 4v16M4 12h16",
  models: "M12 3l8 4.5v9L12 21l-8-4.5v-9L12 3ZM4 7.5l8 4.5 8-4.5M12 12v9",
  webhooks: "M5 12h12M13 6l6 6-6 6",
  usage: "M5 20v-6M12 20V4M19 20v-10M3 20h18",
  keys: "M14.5 9.5 20 4M17 7l3 3M15 13a5 5 0 1 1-10 0 5 5 0 0 1 10 0Z",
  queues: "M4 5h16v4H4zM4 11h16v4H4zM4 17h16v3H4z",
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
