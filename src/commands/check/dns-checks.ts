/**
 * What `pms check` looks at in each DNS target: whose its ConfigMap is, what it holds, and whether its servers answer.
 */
import { notOurs } from '../../coredns/config-map-claim.ts';
import { reloads } from '../../coredns/corefile-checks.ts';
import { blocksOf } from '../../coredns/shared-corefile.ts';
import { configMapsOf, type TargetConfig } from '../../coredns/targets.ts';
import { type Failure, failureOf } from '../../domain/failures.ts';
import { type Finding, failing, lookedAt, passed, skipped, warned } from '../../domain/finding.ts';
import type { ConfigMapStore, DnsServer, DnsTarget, DnsTargets, Resolver } from '../../ports-dns.ts';
import { type Asker, checkAnswers } from './answer-checks.ts';

/** The targets as they are configured, and where their ConfigMaps are read. */
export interface TargetsInCluster {
  readonly targets: DnsTargets;
  readonly configs: readonly TargetConfig[];
  readonly installation: string;
  readonly store: ConfigMapStore;
}

/** A name that every resolver can say something about. */
const ASKED = 'api.monitor.azure.com';

/** One finding a target; one that is skipped when there is none to look at. */
export async function checkTargets(
  around: TargetsInCluster | undefined,
  asker: Asker,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (around === undefined) return [skipped('dns target', 'give --config FILE, and KUBECONFIG, to have it looked at')];
  const { targets } = around;
  if (targets.all.length === 0) {
    const cure = 'define one in the file that --config names: deploy/operator.yaml shows how';
    return [failing('dns target', 'the operator has none: no object can become Ready', cure)];
  }
  const found = await Promise.all(targets.all.map(target => checkWhole(target, { around, asker }, signal)));
  return found.flat();
}

interface Looking {
  readonly around: TargetsInCluster;
  readonly asker: Asker;
}

/** What cannot be read is asked no further. */
async function checkWhole(
  target: DnsTarget,
  { around, asker }: Looking,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const config = around.configs.find(({ name }) => name === target.name);
  const first = await lookedAt(`dns target ${target.name}`, async () => {
    return (await checkClaim(target.name, around, signal)) ?? checkTarget(target, { config, asker }, signal);
  });
  if (first.state !== 'passed') return [first];
  const reload = config && (await checkReload(config, around, signal));
  const leaving = target.draining ? [await checkDraining(target, signal)] : [];
  return [first, ...leaving, ...(reload === undefined ? [] : [reload]), ...(await checkAnswers(target, asker, signal))];
}

/** Whether a target that is being retired can be taken out of the configuration. */
const checkDraining = (target: DnsTarget, signal: AbortSignal): Promise<Finding> =>
  lookedAt(`draining of ${target.name}`, async () => {
    const check = `draining of ${target.name}`;
    const { lines } = await target.read(signal);
    if (lines.length === 0) return passed(check, 'it holds no record: take it out of the configuration');
    const owners = [...new Set(lines.flatMap(line => line.owners))].sort();
    const cure =
      'set spec.dns.target of these objects to another target; lines of one that is no more: edit the ConfigMap';
    return warned(check, `${lines.length} records of ${owners.join(', ')} are in it`, cure);
  });

/** Whether CoreDNS takes up a server block by itself; the records of a hosts file it looks at by itself in any case. */
async function checkReload(
  config: TargetConfig,
  { store }: TargetsInCluster,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  if (config.kind === 'HostsFile') return undefined;
  return lookedAt(`reload of ${config.name}`, async () => {
    const check = `reload of ${config.name}`;
    const views = await Promise.all(configMapsOf(config).map(ref => store.read(ref, signal)));
    const [text] = views.flatMap(view => view?.data?.Corefile ?? []);
    if (text === undefined) return skipped(check, 'no Corefile was found in its ConfigMaps');
    if (reloads(blocksOf(text))) return passed(check, 'the Corefile has the plugin reload');
    const cure =
      'add a line "reload" to a server block of the Corefile, or restart CoreDNS after each new server block';
    return warned(check, 'the Corefile lacks the plugin reload: CoreDNS takes nothing up by itself', cure);
  });
}

/** Whether the object may publish into the target that it names; whether it is on it already is for its condition. */
export function checkTargetOf(targets: DnsTargets, target: string, namespace: string): Finding {
  const check = 'dns target of the object';
  const found = targets.find(target);
  if (found === undefined) {
    const names = targets.all.map(({ name }) => name).join(', ');
    const cure = `set spec.dns.target to one of them, or have the administrator define ${target}`;
    return failing(check, `the operator has no DNS target ${target}; it has ${names || 'none'}`, cure);
  }
  if (targets.allows(target, namespace)) {
    const cure = 'set spec.dns.target to another one';
    return found.draining
      ? warned(check, `${target} is being retired: it takes no new object's records`, cure)
      : passed(check, `${target}, which namespace ${namespace} may use`);
  }
  const cure = `have the administrator add ${namespace} to its allowedNamespaces`;
  return failing(check, `objects of namespace ${namespace} may not publish into ${target}`, cure);
}

/** Whether its ConfigMap is somebody else's. */
async function checkClaim(
  target: string,
  { configs, installation, store }: TargetsInCluster,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const config = configs.find(({ name }) => name === target);
  const [ref] = config === undefined ? [] : configMapsOf(config);
  const view = ref && (await store.read(ref, signal));
  if (ref === undefined || view === undefined) return undefined;
  const refusal = notOurs(view, { ...ref, marker: `${installation}/${target}` });
  return refusal && failing(`dns target ${target}`, refusal.message, SAID);
}

/** Such a refusal says what to do itself. */
const SAID = 'see the message';

async function checkTarget(
  target: DnsTarget,
  { config, asker: { resolver } }: { readonly config: TargetConfig | undefined; readonly asker: Asker },
  signal: AbortSignal,
): Promise<Finding> {
  const check = `dns target ${target.name}`;
  const lines = await attempt(() => target.read(signal));
  if (lines.failure) return failing(check, lines.failure.message, SAID);
  const servers = await attempt(() => target.servers(signal));
  if (servers.failure) {
    const cure = 'have the DNS servers of the target running, and its service or servers right in the configuration';
    return failing(check, servers.failure.message, cure);
  }
  const bad = (await Promise.all(servers.value.map(server => askOne(server, resolver, signal)))).flat();
  const place = config === undefined ? '' : ` (${config.kind}, ConfigMap ${config.namespace}/${config.configMap})`;
  const held = `${lines.value.lines.length} records in it${place}`;
  const count = servers.value.length;
  if (bad.length === 0) return passed(check, `${held}; ${count} of ${count} servers answer`);
  const cure = 'see that the server runs and that this machine reaches it over UDP and TCP';
  return failing(check, `${held}; ${count - bad.length} of ${count} servers answer: ${bad.join('; ')}`, cure);
}

async function askOne(server: DnsServer, resolver: Resolver, signal: AbortSignal): Promise<readonly string[]> {
  const answer = await attempt(() => resolver.ask(server, ASKED, 'A', signal));
  if (answer.failure) return [`${server.name}: ${answer.failure.message}`];
  return ['NOERROR', 'NXDOMAIN'].includes(answer.value.rcode) ? [] : [`${server.name}: ${answer.value.rcode}`];
}

type Attempt<T> =
  | { readonly value: T; readonly failure?: undefined }
  | { readonly value?: undefined; readonly failure: Failure };

async function attempt<T>(call: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await call() };
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'AbortError') throw thrown;
    return { failure: failureOf(thrown) };
  }
}
