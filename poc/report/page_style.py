"""The style sheet of the report page: light and dark, wide and narrow, print."""

STYLE_SHEET = """
:root { color-scheme: light dark; --ink: #1b1f24; --muted: #5c6670; --grid: #d5dae0; --paper: #fefefe;
  --ground: #f3f5f7; --accent: #0072b2; --bad: #b84700; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebee; --muted: #9aa5b0; --grid: #353c44; --paper: #171b20;
  --ground: #0e1114; --accent: #6cb8ec; --bad: #ff9a5c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main, header { max-width: 78rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
p { max-width: 46rem; }
.facts, figcaption, .note { color: var(--muted); font-size: .875rem; }
.news { list-style: none; padding: 0; margin: 1.2rem 0; max-width: 52rem; }
.news li { font-size: 1.15rem; padding: .45rem 0 .45rem .9rem; margin-bottom: .5rem;
  border-left: 3px solid var(--accent); }
.news li:first-child { border-color: var(--bad); font-weight: 600; }
.warning { border-left: 3px solid var(--bad); padding-left: .9rem; }
.figures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
figure { margin: 0; padding: .5rem; background: var(--paper); border: 1px solid var(--grid); border-radius: .5rem;
  min-width: 0; }
figure svg { display: block; width: 100%; height: auto; }
.wide { overflow-x: auto; background: var(--paper); border: 1px solid var(--grid); border-radius: .5rem; }
.wide:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .7rem; text-align: left; border-bottom: 1px solid var(--grid); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
th { font-weight: 600; color: var(--muted); }
td.n, th.n { text-align: right; }
td.id { font-family: ui-monospace, monospace; font-size: .82rem; white-space: nowrap; }
td.words { min-width: 16rem; }
.two { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr));
  align-items: start; }
details { margin: 1rem 0; }
summary { cursor: pointer; font-weight: 600; }
footer { color: var(--muted); font-size: .8rem; padding: 2rem 0 3rem; }
@media print { body { background: none; } figure, .wide { break-inside: avoid; } }
"""
