/**
 * One lane of the sweep over the real program: a control plane behind the fault proxy, a simulated Azure, and operators
 * that are killed by SIGKILL around the write that a run names. Each run begins with nothing. For sweep-program.test.ts.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { pms } from '../e2e/objects.ts';
import { NAMESPACE, type OperatorProcess, RECORDS, type Scene, startScene } from '../e2e/scene.ts';
import { mergePatch } from '../env/api-client.ts';
import { eventually } from '../env/eventually.ts';
import { isMutating, type KubeFaultProxy, startKubeFaultProxy } from './kube-fault-proxy.ts';
import type { KubeCall } from './kube-fault-rules.ts';

export const MOMENTS = ['before', 'after', 'answered'] as const;
type Moment = (typeof MOMENTS)[number];
export const SIDES = ['azure', 'kubernetes'] as const;

export interface Kill {
  readonly side: (typeof SIDES)[number];
  /** From 1, of the writes of that side. */
  readonly write: number;
  readonly when: Moment;
  /** Whether to look on for three resyncs when all is done. */
  readonly rests?: true;
}

export interface ProgramRun {
  /** Azure and the ConfigMap at the end, without what is new each time: ids of instances, times, etags. */
  readonly end: { readonly azure: readonly string[]; readonly records: string };
  readonly writes: Readonly<Record<Kill['side'], number>>;
  /** Paths that were put with success more than once. */
  readonly duplicates: readonly string[];
  readonly writesAtRest: number;
}

export interface Lane {
  readonly scene: Scene;
  run(kill?: Kill): Promise<ProgramRun>;
  stop(): Promise<void>;
}

const PATIENCE = { deadlineMs: 120_000, everyMs: 25 };
const OBJECT = `/apis/privatemonitoring.dev/v1alpha1/namespaces/${NAMESPACE}/privatemonitoringscopes/plant-a`;
const MAP = `/api/v1/namespaces/${NAMESPACE}/configmaps/${RECORDS}`;
/** Events are told of writes, and are none that anything depends on. */
const isWrite = (call: KubeCall): boolean => isMutating(call) && !call.path.endsWith('/events');
const WRITE = { service: 'arm', method: ['PUT', 'PATCH', 'DELETE'] };

export async function startLane(): Promise<Lane> {
  const scene = await startScene({ latencyScale: 0 });
  const proxy = await startKubeFaultProxy(scene.controlPlane);
  const kubeconfig = await proxy.kubeconfigThrough(
    await scene.controlPlane.serviceAccountKubeconfig(NAMESPACE, 'pms-operator'),
  );
  const startOperator = () => scene.startOperator({ env: { KUBECONFIG: kubeconfig } });
  const stop = async () => {
    await proxy.close();
    await scene.stop();
  };
  return { scene, stop, run: kill => run({ scene, proxy, startOperator }, kill) };
}

interface Parts {
  readonly scene: Scene;
  readonly proxy: KubeFaultProxy;
  readonly startOperator: () => Promise<OperatorProcess>;
}

/** Long after a creation is Ready. */
const DEATH_MS = 90_000;

async function run({ scene, proxy, startOperator }: Parts, kill?: Kill): Promise<ProgramRun> {
  await clear(scene);
  let operator = await startOperator();
  const died = kill === undefined ? undefined : watchFor({ scene, proxy, operator }, kill);
  const written = countWrites(proxy);
  await scene.apply(pms({ subscriptionId: scene.azure.subscriptionId, name: 'plant-a' }));
  if (died !== undefined) {
    const isDead = await Promise.race([died.then(() => true), delay(DEATH_MS, false, { ref: false })]);
    // A run may need a status write less than the one that was counted: it dies at rest then.
    if (!isDead) {
      died.catch(() => undefined);
      await operator.stop('SIGKILL');
    }
    await scene.azure.faults([]);
    proxy.hook({});
    operator = await startOperator();
  }
  await eventually('Ready', async () => isReady(scene), PATIENCE);
  const puts = (await scene.azure.calls()).filter(
    call => call.method !== 'GET' && call.status < 300 && call.status > 0,
  );
  const paths = puts.filter(call => call.method === 'PUT').map(call => call.path.toLowerCase());
  const end = await endOf(scene);
  const writesAtRest = kill?.rests === true ? await restOf({ scene, proxy }) : 0;
  await operator.stop('SIGKILL');
  return {
    end,
    writes: { azure: paths.length, kubernetes: written() },
    duplicates: paths.filter((path, index) => paths.indexOf(path) !== index),
    writesAtRest,
  };
}

const countWrites = (proxy: KubeFaultProxy) => {
  const before = proxy.calls.length;
  return () => proxy.calls.slice(before).filter(isWrite).length;
};

/** Nothing in Azure, no object, no records. Nobody runs. */
async function clear({ azure, controlPlane: { request } }: Scene): Promise<void> {
  await azure.reset();
  await request('PATCH', OBJECT, { metadata: { finalizers: null } }, mergePatch);
  await request('DELETE', OBJECT);
  await request('DELETE', MAP);
  await eventually('the object is gone', async () => (await request('GET', OBJECT)).status === 404);
}

async function isReady({ controlPlane: { request } }: Scene): Promise<boolean> {
  const { body } = await request('GET', OBJECT);
  const conditions: { type: string; status: string }[] = body.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Resolves when the operator was killed there. */
function watchFor(
  parts: { scene: Scene; proxy: KubeFaultProxy; operator: OperatorProcess },
  kill: Kill,
): Promise<void> {
  return kill.side === 'azure' ? watchAzure(parts, kill) : watchKubernetes(parts, kill);
}

function watchKubernetes(
  { proxy, operator }: { proxy: KubeFaultProxy; operator: OperatorProcess },
  { write, when }: Kill,
): Promise<void> {
  return new Promise(resolve => {
    let seen = 0;
    let chosen: KubeCall | undefined;
    const die = async (call: KubeCall, now: Moment): Promise<void> => {
      if (now === 'before' && isWrite(call) && ++seen === write) chosen = call;
      if (call !== chosen || now !== when) return;
      await operator.stop('SIGKILL');
      resolve();
      // The API server never sees a call that the operator died before.
      if (now === 'before') throw new Error('the caller is dead');
    };
    proxy.hook({
      before: call => die(call, 'before'),
      after: call => die(call, 'after'),
      answered: call => void die(call, 'answered'),
    });
  });
}

async function watchAzure(
  { scene, operator }: { scene: Scene; operator: OperatorProcess },
  { write, when }: Kill,
): Promise<void> {
  const hang = { hang: true };
  // `answered`: the write after it is held, so that it is killed with one answer more and no write more.
  const rule =
    when === 'answered'
      ? { match: { ...WRITE, nth: write }, after: { delayMs: 0 } }
      : { match: { ...WRITE, nth: write }, [when]: hang };
  await scene.azure.faults([rule, { match: { ...WRITE, nth: write + 1, times: 1_000 }, before: hang }]);
  await eventually(
    'the write',
    async () => (await scene.azure.met())[0] === 1 && (when !== 'answered' || (await answers(scene)) >= write),
    { ...PATIENCE, everyMs: 5 },
  );
  if (when === 'after') await eventually('it is done', async () => (await madeIn(scene)) >= write, PATIENCE);
  await operator.stop('SIGKILL');
}

/** Writes of either side while the workspace is read three times more: once in a resync. */
async function restOf({ scene, proxy }: Pick<Parts, 'scene' | 'proxy'>): Promise<number> {
  const calls = () => scene.azure.calls();
  const reads = async () =>
    (await calls()).filter(({ method, path }) => method === 'GET' && /\/workspaces\/law-plant-a$/i.test(path)).length;
  // The status that says Ready may be followed by one that says since when.
  const first = await reads();
  await eventually('a resync', async () => (await reads()) > first, PATIENCE);
  const written = countWrites(proxy);
  const [before, seen] = [await calls(), await reads()];
  await eventually('three resyncs', async () => (await reads()) >= seen + 3, PATIENCE);
  const later = (await calls()).slice(before.length).filter(({ method }) => method !== 'GET' && method !== 'POST');
  return written() + later.length;
}

const answers = async ({ azure }: Scene): Promise<number> =>
  (await azure.calls()).filter(({ method, status }) => method === 'PUT' && status > 0).length;

const OURS = /law-plant-a|plant-a/i;
const MADE = /\/(workspaces|privatelinkscopes|scopedresources|privateendpoints)\/[^/]+$/;
const madeIn = async ({ azure }: Scene): Promise<number> =>
  (await azure.ids()).filter(id => OURS.test(id) && MADE.test(id)).length;

const NEW_EACH_TIME: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, 'GUID'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
];

function steady(text: string): string {
  return NEW_EACH_TIME.reduce((now, [pattern, word]) => now.replace(pattern, word), text);
}

async function endOf(scene: Scene): Promise<ProgramRun['end']> {
  const azure = (await scene.azure.resources()).map(resource => steady(JSON.stringify(resource)));
  const { body } = await scene.controlPlane.request('GET', MAP);
  const text = Object.values<string>(body.data ?? {}).join('\n');
  return { azure: azure.toSorted(), records: steady(text).split('\n').toSorted().join('\n') };
}
