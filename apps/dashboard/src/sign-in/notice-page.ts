import { html } from "@bullpen/base";

export interface Notice {
  readonly title: string;
  readonly text: string;
  /** Where the reader goes on: at once, or by the link. */
  readonly link: { readonly href: string; readonly text: string; readonly isAutomatic?: boolean };
}

/** A page of a few words, with no script and no style of its own. */
export function noticePage({ title, text, link }: Notice): string {
  const refresh = link.isAutomatic
    ? html`<meta http-equiv="refresh" content="0; url=${link.href}">`
    : undefined;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refresh}
<title>${title} · Bullpen</title>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
<p><a href="${link.href}">${link.text}</a></p>
</main>
</body>
</html>
`.text;
}
