/** Texts of strangers that a page must show as they are: as text, and without what they are meant to do. */
export const HOSTILE_TEXTS: readonly string[] = [
  `<script>document.title = "pwned"</script>`,
  `<img src=x onerror="document.title='pwned'">`,
  `"><svg onload=alert(1)><b>bold</b>`,
  `javascript:alert(1)//[click](javascript:alert(1))`,
  "</td></tr></table><h1>Overview</h1>",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: others' templates are what it is about
  "{{constructor.constructor('alert(1)')()}} ${7*7} <%= 7 %>",
  "\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u001b[2J",
  "evil\u202egnp.exe \u2066isolated\u2069 \u200bnothing",
  "z\u0336a\u0335l\u0334g\u0336o".repeat(40),
  "a".repeat(500),
  "&lt;b&gt; &amp;amp; &#60;",
  "__proto__",
];

/** A megabyte on one line. */
export const LONG_TEXT = `begin ${"long words without end ".repeat(45_000)}`;
