/** The look of the page, in light and in dark as the reader's machine has it. */
export const style = `
:root { color-scheme: light dark;
  --ground: light-dark(#f6f7f9, #14171c); --card: light-dark(#fff, #1d2128);
  --ink: light-dark(#1b1f26, #e8eaee); --soft: light-dark(#596273, #a3adbb);
  --line: light-dark(#dde1e8, #333a45); --accent: light-dark(#2451c7, #8fb0ff);
  --good: light-dark(#17693a, #6fd19a); --bad: light-dark(#b3261e, #ff9b92); --warn: light-dark(#8a5300, #f2bd6b); }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
header { border-bottom: 1px solid var(--line); background: var(--card); padding: .75rem 1.25rem }
header a { color: inherit; text-decoration: none; font-weight: 650 }
header span { color: var(--soft); font-weight: 400 }
main { max-width: 75rem; margin: 0 auto; padding: 1rem 1.25rem 3rem }
h1 { font-size: 1.6rem; margin: .5rem 0; overflow-wrap: anywhere } h2 { font-size: 1.1rem; margin: 0 0 .6rem }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.1rem; margin-top: 1rem }
.row { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: baseline; justify-content: space-between }
.soft { color: var(--soft) } .good { color: var(--good) } .bad { color: var(--bad) } .warn { color: var(--warn) }
.good, .bad, .warn { font-weight: 600 }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1rem; margin-top: 1rem }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .7rem 1rem }
.tiles dt { color: var(--soft); font-size: .9rem } .tiles dd { margin: 0; font-size: 1.6rem; font-weight: 650; font-variant-numeric: tabular-nums }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
thead th { color: var(--soft); font-weight: 500; white-space: nowrap } tbody th { font-weight: 600; white-space: nowrap }
tbody tr:last-child > * { border-bottom: 0 }
a { color: var(--accent) }
a:focus-visible, button:focus-visible, .wide:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
pre { overflow-x: auto; background: var(--ground); border: 1px solid var(--line); border-radius: .4rem; padding: .8rem; font-size: .85rem; white-space: pre-wrap; overflow-wrap: anywhere }
.button, button { display: inline-block; font: inherit; font-weight: 600; padding: .45rem .9rem; border-radius: .4rem; border: 1px solid var(--accent); background: none; color: var(--accent); text-decoration: none; cursor: pointer }
button { background: var(--accent); color: light-dark(#fff, #10131a) } button.grave { background: var(--bad); border-color: var(--bad) }
.notice { border-left: .3rem solid var(--good) } ul.links { columns: 16rem; padding-left: 1.1rem; margin: 0 }
@media (max-width: 45rem) { .wide table { width: max-content } .wide td { max-width: 18rem } }
form { display: flex; gap: .8rem; align-items: center; flex-wrap: wrap }
`;
