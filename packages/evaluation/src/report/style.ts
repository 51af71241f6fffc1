/** The style of the report. Colours follow the reader's light or dark setting. */
export const STYLE = `
:root { color-scheme: light dark;
  --text: light-dark(#1c2330, #e4e8ef); --dim: light-dark(#566072, #a3adbd);
  --page: light-dark(#ffffff, #14181f); --card: light-dark(#f4f6f9, #1d232d); --line: light-dark(#d5dae3, #343c4a);
  --right: light-dark(#1f7a4d, #4cc38a); --wrong: light-dark(#b3362b, #f0857a);
  --failed: light-dark(#8a6100, #e0b040); --unjudged: light-dark(#5b6472, #9aa4b2); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 4rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
p { margin: .25rem 0; }
.dim { color: var(--dim); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.5rem 0; padding: 0; }
.facts div { background: var(--card); border-radius: .5rem; padding: .75rem; }
.facts dt { color: var(--dim); font-size: .85rem; }
.facts dd { margin: 0; font-size: 1.25rem; font-weight: 600; }
.facts small { display: block; font-size: .8rem; font-weight: 400; color: var(--dim); }
figure { margin: 0; }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--text); }
.axis { stroke: var(--line); } .right { fill: var(--right); } .wrong { fill: var(--wrong); }
.failed { fill: var(--failed); } .unjudged { fill: var(--unjudged); } .whisker { stroke: var(--text); stroke-width: 1.5; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .35rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; min-width: 7rem; }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; content-visibility: auto; contain-intrinsic-size: auto 3rem; }
summary { cursor: pointer; padding: .6rem .75rem; }
details[open] > summary { border-bottom: 1px solid var(--line); }
.body { padding: .25rem .75rem .75rem; }
.tag { display: inline-block; border: 1px solid; border-radius: 1rem; padding: 0 .5rem; font-size: .8rem; margin-right: .35rem; }
.tag.wrong { color: var(--wrong); } .tag.failed { color: var(--failed); } .tag.unjudged { color: var(--unjudged); }
h3 { font-size: .85rem; color: var(--dim); margin: .75rem 0 .15rem; font-weight: 600; }
pre { margin: 0; padding: .6rem; background: var(--card); border-radius: .4rem; white-space: pre-wrap; overflow-wrap: anywhere;
  font: .85rem/1.45 ui-monospace, monospace; unicode-bidi: plaintext; }
`;
