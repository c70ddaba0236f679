/**
 * The page as one HTML text: everything inline, nothing asked of any other host, every value escaped (html.ts).
 */
import { isoTime } from '../clock.ts';
import type { JournalEntry } from '../journal.ts';
import { Html, html, shortened } from './html.ts';
import { drawing, type Picture, type Tone } from './picture.ts';
import { script, style } from './style.ts';
import type { EndpointNames, MachineView, UnderWay } from './view.ts';

export interface PageView {
  readonly endpoint: string;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly nowMs: number;
  readonly frozen: boolean;
  readonly denied: boolean;
  readonly faultRules: number;
  readonly calls: number;
  readonly picture: Picture;
  readonly names: readonly EndpointNames[];
  readonly underWay: readonly UnderWay[];
  readonly machines: readonly MachineView[];
  /** Newest last. */
  readonly lastCalls: readonly JournalEntry[];
}

const clockTime = (iso: string): string => iso.slice(11, 23);

const statusTone = (status: number): Tone => (status === 0 || status >= 500 ? 'bad' : status >= 400 ? 'wait' : 'good');

const duration = (ms: number): string => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`);

/** The part of a path that tells calls apart: what comes after the group, or after the subscription. */
function shortPath(path: string): string {
  const inside = path.replace(
    /^(\/locations\/[^/]+)?\/+subscriptions\/[^/]+(\/resourcegroups\/[^/]+)?(\/providers)?/i,
    '',
  );
  return shortened(inside === '' ? path : inside, 96);
}

const caller = ({ principal, host }: JournalEntry): string =>
  host === undefined ? (principal?.slice(0, 8) ?? '') : shortened(host, 32);

const callRow = (entry: JournalEntry): Html => html`<tr>
<td class="time mono">${clockTime(entry.time)}</td>
<td class="mono">${entry.method}</td>
<td class="mono" title="${entry.path}">${shortPath(entry.path)}</td>
<td class="${statusTone(entry.status)}">${entry.status === 0 ? 'cut' : entry.status}${entry.fault === undefined ? '' : ` (${entry.fault})`}</td>
<td class="mono idle">${caller(entry)}</td>
<td class="number">${duration(entry.durationMs)}</td>
</tr>`;

const nameRow = ({ address, member, fqdns, listens }: EndpointNames['names'][number]): Html => html`<tr>
<td class="mono">${fqdns.map(fqdn => html`${fqdn}<br>`)}</td>
<td class="mono">${address}${listens ? html` <span class="good">listens</span>` : undefined}</td>
<td class="idle">${member}</td>
</tr>`;

function nameRows({ endpoint, names }: EndpointNames): Html {
  const shown = names.filter(({ fqdns }) => fqdns.length > 0);
  const hidden = `${names.length} addresses; their names show once it has settled and its connection is approved.`;
  return html`<tr><td class="group" colspan="3">${endpoint}</td></tr>
${shown.length === 0 ? html`<tr><td class="idle" colspan="3">${hidden}</td></tr>` : shown.map(nameRow)}`;
}

const or = (rows: readonly Html[], none: string, table: (rows: readonly Html[]) => Html): Html =>
  rows.length === 0 ? html`<p class="empty">${none}</p>` : table(rows);

function notices(view: PageView): readonly string[] {
  return [
    ...(view.denied ? ["Cut off: every call but the admin's ends in a reset connection."] : []),
    ...(view.frozen ? ['Time stands still until somebody moves it.'] : []),
    ...(view.faultRules > 0
      ? [`A fault plan with ${view.faultRules} ${view.faultRules === 1 ? 'rule' : 'rules'} is in place.`]
      : []),
  ];
}

const fact = (name: string, value: string): Html => html`<div><dt>${name}</dt><dd class="mono">${value}</dd></div>`;

const machineRow = ({ name, rules, configuredBy, agent }: MachineView): Html => html`<tr>
<td>${name}</td><td>${rules}</td><td>${configuredBy === '' ? 'none' : configuredBy}</td><td class="${agent === 'sends' ? 'good' : 'idle'}">${agent}</td>
</tr>`;

function body(view: PageView): Html {
  const operations = view.underWay.map(
    ({ title, resource, startedAtMs }) =>
      html`<tr><td>${title}</td><td>${resource}</td><td class="number wait">${duration(Math.max(0, view.nowMs - startedAtMs))}</td></tr>`,
  );
  const machines = view.machines.map(machineRow);
  return html`<main>
<header><h1>Simulated Azure</h1><dl>
${fact('at', view.endpoint)}${fact('subscription', view.subscriptionId)}${fact('time', isoTime(view.nowMs).slice(0, 19).replace('T', ' '))}
</dl></header>
${notices(view).map(text => html`<section class="banner">${text}</section>`)}
<section><h2>Resources</h2><div class="scroll">${drawing(view.picture)}</div></section>
<div class="two">
<section><h2>Operations under way</h2>${or(operations, 'Nothing is under way.', rows => html`<table>${rows}</table>`)}</section>
<section><h2>Machines</h2>${or(machines, 'No machines.', rows => html`<table><tr><th>name</th><th>rules</th><th>endpoint</th><th>agent</th></tr>${rows}</table>`)}</section>
</div>
<section><h2>Last calls<small>${view.calls} so far</small></h2>${or(
    view.lastCalls.toReversed().map(callRow),
    'No calls yet.',
    rows =>
      html`<table><tr><th>time</th><th>method</th><th>path</th><th>status</th><th>caller or host</th><th class="number">took</th></tr>${rows}</table>`,
  )}</section>
<section><h2>Names of the private endpoints</h2>${or(
    view.names.map(nameRows),
    'No private endpoint.',
    rows => html`<table><tr><th>name</th><th>address</th><th>member</th></tr>${rows}</table>`,
  )}</section>
</main>`;
}

/** The whole document. */
export const page = (view: PageView): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulated Azure</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
<noscript><meta http-equiv="refresh" content="3"></noscript>
</head>
<body>
${body(view)}
<script>${new Html(script)}</script>
</body>
</html>
`.text;
