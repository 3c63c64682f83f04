const light = `
  --paper: #ffffff; --ink: #1b1f24; --soft: #59626e; --line: #dfe3e8; --shade: #f5f7f9;
  --ours: #c2410c; --bar: #5b7fb5; --part-1: #4f7cc4; --part-2: #b3bfcf; --bad: #a3242a;
  --line-1: #6b7280; --line-2: #2563a8; --line-3: #1b8a5a; --line-4: #8250b8; --line-5: #b0387c;
  --line-6: #8a6d00; --line-7: #0f7d8c; --line-8: #9a4a3c;`
const dark = `
  --paper: #14171b; --ink: #e6e9ed; --soft: #9aa5b1; --line: #323942; --shade: #1c2127;
  --ours: #ff8a4c; --bar: #6f98d6; --part-1: #6f9be6; --part-2: #4c5a6b; --bad: #ff8d8d;
  --line-1: #9aa2ad; --line-2: #6fb1f5; --line-3: #5ccf97; --line-4: #bd93f2; --line-5: #f07bb8;
  --line-6: #dcb93a; --line-7: #4ec9d9; --line-8: #e39a8b;`

/** Colours, by the reader's wish. */
export const colours = `:root {${light} }
@media (prefers-color-scheme: dark) { :root {${dark} } }`

/** The page's looks, in CSS alone: it must be readable on a phone, in the dark and on paper. */
export const style = `
${colours}
@media print { :root {${light} } }
:root { color-scheme: light dark }
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body { margin: 0 auto; padding: 1.25rem 1rem 4rem; max-width: 60rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem }
h2 { font-size: 1.3rem; margin: 2.75rem 0 .75rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem }
h3 { font-size: 1.05rem; margin: 2rem 0 .4rem }
p { margin: .5rem 0; max-width: 46rem }
code { font: .875em/1.4 ui-monospace, monospace; background: var(--shade); padding: .1em .3em; border-radius: .25rem;
  overflow-wrap: anywhere }
figure { margin: 1.75rem 0 2.5rem }
figcaption strong { display: block; font-size: 1.05rem }
figcaption { color: var(--soft); font-size: .9rem; margin-bottom: .75rem }
figcaption strong { color: var(--ink) }
figure svg { display: block; max-width: 100%; height: auto }
figure svg.narrow { display: none }
.scroll { overflow-x: auto; margin: .5rem 0; border: 1px solid var(--line); border-radius: .4rem }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums }
th, td { padding: .35rem .6rem; text-align: right; vertical-align: top; white-space: nowrap;
  border-bottom: 1px solid var(--line) }
tr:last-child > * { border-bottom: 0 }
thead th { color: var(--soft); font-weight: 600; background: var(--shade) }
th:first-child, td.words { text-align: left }
tbody th { position: sticky; left: 0; background: var(--paper); font-weight: 500; border-right: 1px solid var(--line) }
tr.ours th { color: var(--ours); font-weight: 700 }
td.words { white-space: normal; color: var(--soft) }
td.words div { position: sticky; left: 11rem; width: max-content; max-width: min(40rem, 60vw) }
td small { color: var(--soft); font-size: .8rem; display: block }
s { color: var(--bad); text-decoration-thickness: 1.5px }
.notes { font-size: .875rem; color: var(--soft); padding-left: 1.1rem; margin: .5rem 0 }
.notes b, .invalid { color: var(--bad) }
.met { color: inherit } .missed { color: var(--bad); font-weight: 600 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .75rem 0; font-size: .9rem }
dt { color: var(--soft) } dd { margin: 0; min-width: 0; overflow-wrap: anywhere }
nav { font-size: .9rem; line-height: 1.9 } nav a { margin-right: .9rem }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .2em }
@media (max-width: 40rem) {
  figure svg.narrow { display: block } figure svg.wide { display: none }
  dl { grid-template-columns: 1fr } dt { margin-top: .4rem }
  tbody th { max-width: 8.5rem; white-space: normal } td.words div { left: 9rem; max-width: calc(100vw - 12.5rem) }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt }
  .scroll { overflow: visible; border: 0 } table { font-size: 7.5pt } th, td { padding: 2pt 4pt }
  td small { font-size: 6pt } .minor { display: none }
  td.words div { max-width: none; width: auto } nav { display: none }
  figure, tr { break-inside: avoid } h2, h3 { break-after: avoid }
}`
