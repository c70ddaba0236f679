/**
 * What the packed operator costs: processor time from start to its first pass, resident memory and processor time at rest
 * with so many settled objects. The real API server and the simulator, the flags of deploy/Dockerfile for a pod of 256 MiB.
 * Run by hand: `node test/bench/operator-footprint.ts [OBJECTS]` (default 1,000); no test, since a busy machine says
 * nothing about the operator. NODE_OPTIONS_MORE adds flags, to compare.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { pms } from '../e2e/objects.ts';
import { NAMESPACE, type OperatorProcess, startScene } from '../e2e/scene.ts';
import { eventually } from '../env/eventually.ts';
import { readDockerfile } from '../env/image.ts';

const objects = Number(process.argv[2] ?? 1_000);
const PATIENCE = { deadlineMs: 30 * 60_000, everyMs: 250 };
/** 60 % of the chart's limit: here is no limit that a percentage could be of. */
const HEAP = '--max-old-space-size=154';
const restSeconds = 60;

/** What the image sets. */
async function shippedEnvironment(): Promise<Readonly<Record<string, string>>> {
  const { NODE_OPTIONS = '', ...env } = (await readDockerfile()).at(-1)?.env ?? {};
  const flags = NODE_OPTIONS.replace(/--max-old-space-size-percentage=\d+/, HEAP);
  return { ...env, NODE_OPTIONS: `${flags} ${process.env.NODE_OPTIONS_MORE ?? ''}`.trim() };
}

const say = (name: string, value: string) => process.stdout.write(`${name.padEnd(44)} ${value}\n`);

async function measured({ pid }: Pick<OperatorProcess, 'pid'>) {
  const [stat, status] = await Promise.all(['stat', 'status'].map(name => readFile(`/proc/${pid}/${name}`, 'utf8')));
  const fields = (stat ?? '').replace(/^.*\) /, '').split(' ');
  const megabytes = (name: string) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status ?? '')?.[1]) / 1024);
  return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, rss: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}

async function passes({ metricsPort }: OperatorProcess): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const found = text.matchAll(/^controller_runtime_reconcile_total\{[^}]*\} (\d+)/gm);
  return [...found].reduce((sum, [, count]) => sum + Number(count), 0);
}

const scene = await startScene({ latencyScale: 0 });
try {
  const { subscriptionId, group } = scene.azure;
  const env = await shippedEnvironment();
  say('environment', JSON.stringify(env));
  const start = () => scene.startOperator({ env });
  const spec = { interval: '10m' };
  await scene.apply(pms({ subscriptionId, name: 'maker', spec }));
  const first = await start();
  await scene.kubectl('wait', 'pms/maker', '--for=condition=Ready', '--timeout=300s');
  say('resident after one object became Ready', `${(await measured(first)).rss} MiB`);
  // They find what the first one made: what is measured is what an object costs here, not what Azure takes to make it.
  const adopting = {
    ...spec,
    privateLinkScope: { resourceId: `${group}/providers/Microsoft.Insights/privateLinkScopes/maker` },
    privateEndpoint: { resourceId: `${group}/providers/Microsoft.Network/privateEndpoints/pe-maker` },
  };
  const workspaces = [
    { name: 'theirs', resourceId: `${group}/providers/Microsoft.OperationalInsights/workspaces/law-maker` },
  ];
  const joiners = Array.from({ length: objects - 1 }, (_, index) =>
    pms({ subscriptionId, name: `joiner-${index}`, workspaces, spec: adopting }),
  );
  for (let from = 0; from < joiners.length; from += 200) await scene.apply(...joiners.slice(from, from + 200));
  const ready = async () => {
    const jsonpath = '{range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
    const text = await scene.kubectl('get', 'pms', '-n', NAMESPACE, '-o', `jsonpath=${jsonpath}`);
    return text.split('\n').filter(line => line === 'True').length;
  };
  await eventually('all are Ready', async () => (await ready()) === objects, { ...PATIENCE, everyMs: 2_000 });
  const settled = await measured(first);
  say(
    `resident after ${objects} became Ready (most)`,
    `${settled.rss} MiB (${settled.peak}), ${settled.cpu} s of a processor`,
  );
  await first.stop('SIGTERM', 30_000);

  const second = await start();
  await eventually('the first pass', async () => (await passes(second)) > 0, { ...PATIENCE, everyMs: 10 });
  say(
    'start to first pass',
    `${(await measured(second)).cpu} s of a processor, ${await passes(second)} passes by then`,
  );
  await eventually('a pass of each', async () => (await passes(second)) >= objects, PATIENCE);
  const { cpu, rss, peak } = await measured(second);
  say(`a pass of each of ${objects}`, `${cpu} s of a processor, resident ${rss} MiB (${peak})`);
  await delay(restSeconds * 1_000);
  const rest = await measured(second);
  say(
    'at rest',
    `${(rest.cpu - cpu).toFixed(2)} s of a processor in ${restSeconds} s, resident ${rest.rss} MiB (${rest.peak})`,
  );
} finally {
  await scene.stop();
}
