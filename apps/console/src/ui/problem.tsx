import { visibleText } from "@bullpen/base";

/** Why what somebody wanted was not done, told at once by screen readers. Nothing where there is no problem. */
export function Problem({ text }: { readonly text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p class="problem" role="alert">
      {visibleText(text)}
    </p>
  );
}
