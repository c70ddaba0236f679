/**
 * The page's look. One text, so that the content security policy can name it by its hash.
 */

export const style = `
:root { color-scheme: light dark;
  --ground: #f6f7f9; --card: #ffffff; --line: #dfe3e8; --ink: #1f2933; --soft: #66727f; --faint: #98a2ad;
  --good: #2f9e6e; --wait: #c98a1b; --bad: #c8453b; --idle: #a3adb8; --accent: #3568c0; --wash: #eef3fb; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #14181d; --card: #1c2229; --line: #2d353f; --ink: #e3e8ee; --soft: #98a4b1; --faint: #6d7885;
  --good: #4cc18e; --wait: #dfa83f; --bad: #e8756b; --idle: #66717d; --accent: #7aa5f0; --wash: #222c3a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 24px 64px; }
header { display: flex; align-items: baseline; gap: 18px; flex-wrap: wrap; margin-bottom: 20px; }
h1 { font-size: 20px; font-weight: 600; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 13px; font-weight: 600; margin: 0 0 10px; color: var(--soft); }
h2 small { font-weight: 400; color: var(--faint); margin-left: 8px; }
header dl { display: flex; gap: 18px; flex-wrap: wrap; margin: 0; color: var(--soft); font-size: 13px; }
header dl div { display: flex; gap: 6px; }
dt { color: var(--faint); } dd { margin: 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin-bottom: 18px; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 18px; }
.two section { min-width: 0; }
@media (max-width: 860px) { .two { grid-template-columns: 1fr; } }
code, td.mono, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 12.5px; }
table { width: 100%; border-collapse: collapse; font-size: 13px; }
th { text-align: left; font-weight: 500; color: var(--faint); padding: 0 12px 6px 0; border-bottom: 1px solid var(--line); }
td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
tr:last-child td { border-bottom: 0; }
td.number, th.number { text-align: right; padding-right: 0; white-space: nowrap; }
td.time { white-space: nowrap; color: var(--soft); }
td.group { color: var(--soft); padding-top: 12px; font-weight: 500; }
.empty { color: var(--faint); margin: 0; }
.good { color: var(--good); } .wait { color: var(--wait); } .bad { color: var(--bad); } .idle { color: var(--faint); }
.banner { border-color: var(--wait); color: var(--wait); padding: 10px 20px; }
.scroll { overflow-x: auto; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink); font-size: 13px; }
svg .head { fill: var(--faint); font-size: 12px; }
svg .soft { fill: var(--soft); font-size: 11.5px; }
svg .box { fill: var(--card); stroke: var(--line); }
svg .frame { fill: var(--wash); stroke: var(--line); stroke-dasharray: 2 3; }
svg .edge { fill: none; stroke-width: 1.6; stroke: var(--idle); }
svg .edge.good { stroke: var(--good); } svg .edge.wait { stroke: var(--wait); stroke-dasharray: 4 4; }
svg .edge.bad { stroke: var(--bad); stroke-dasharray: 2 4; }
svg .dot { fill: var(--idle); } svg .dot.good { fill: var(--good); } svg .dot.wait { fill: var(--wait); } svg .dot.bad { fill: var(--bad); }
@media (prefers-reduced-motion: no-preference) { svg .dot.wait { animation: breathe 1.8s ease-in-out infinite; } }
@keyframes breathe { 50% { opacity: 0.35; } }
body.lost h1::after { content: " (not reachable)"; color: var(--bad); font-weight: 400; }
`;

/** Fetches the page again when the simulator says that something has changed, and puts the new one in place. */
export const script = `
'use strict';
let busy = false;
let again = false;
async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    const answer = await fetch('/', { cache: 'no-store' });
    if (answer.ok) {
      const next = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
      if (next !== null) document.querySelector('main').replaceWith(next);
      document.body.classList.remove('lost');
    }
  } catch { document.body.classList.add('lost'); }
  busy = false;
  if (again) { again = false; refresh(); }
}
const events = new EventSource('/_sim/events');
events.onmessage = refresh;
events.onopen = refresh;
events.onerror = () => document.body.classList.add('lost');
`;
