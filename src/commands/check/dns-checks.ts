/**
 * What `pms check` looks at in each DNS target: whose its ConfigMap is, what it holds, and whether its servers answer.
 */
import { notOurs } from '../../coredns/config-map-claim.ts';
import { configMapsOf, type TargetConfig } from '../../coredns/targets.ts';
import { type Failure, failureOf } from '../../domain/failures.ts';
import { type Finding, failing, lookedAt, passed, skipped } from '../../domain/finding.ts';
import type { ConfigMapStore, DnsServer, DnsTarget, DnsTargets, Resolver } from '../../ports-dns.ts';

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
  resolver: Resolver,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (around === undefined) return [skipped('dns target', 'give --config FILE, and KUBECONFIG, to have it looked at')];
  const { targets } = around;
  if (targets.all.length === 0) {
    const cure = 'define one in the file that --config names: deploy/operator.yaml shows how';
    return [failing('dns target', 'the operator has none: no object can become Ready', cure)];
  }
  return Promise.all(
    targets.all.map(target =>
      lookedAt(
        `dns target ${target.name}`,
        async () => (await checkClaim(target.name, around, signal)) ?? checkTarget(target, resolver, signal),
      ),
    ),
  );
}

/** Whether the object may publish into the target that it names. */
export function checkTargetOf(targets: DnsTargets, target: string, namespace: string): Finding {
  const check = 'dns target of the object';
  if (targets.find(target) === undefined) {
    const names = targets.all.map(({ name }) => name).join(', ');
    const cure = `set spec.dns.target to one of them, or have the administrator define ${target}`;
    return failing(check, `the operator has no DNS target ${target}; it has ${names || 'none'}`, cure);
  }
  if (targets.allows(target, namespace)) return passed(check, `${target}, which namespace ${namespace} may use`);
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

async function checkTarget(target: DnsTarget, resolver: Resolver, signal: AbortSignal): Promise<Finding> {
  const check = `dns target ${target.name}`;
  const lines = await attempt(() => target.read(signal));
  if (lines.failure) return failing(check, lines.failure.message, SAID);
  const servers = await attempt(() => target.servers(signal));
  if (servers.failure) {
    const cure = 'have the DNS servers of the target running, and its service or servers right in the configuration';
    return failing(check, servers.failure.message, cure);
  }
  const bad = (await Promise.all(servers.value.map(server => askOne(server, resolver, signal)))).flat();
  const held = `${lines.value.lines.length} records in it`;
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
