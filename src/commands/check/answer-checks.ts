/**
 * Whether each server of a DNS target answers what is published in it, and whether this machine gets through to the
 * address: one name stands for all, as everything from Azure Monitor needs it. `pms check` alone uses it.
 */
import { type Finding, failing, passed, skipped, warned } from '../../domain/finding.ts';
import type { Prober } from '../../ports.ts';
import type { DnsServer, DnsTarget, Resolver } from '../../ports-dns.ts';

/** The query host, which every scope has, in whatever cloud. */
const QUERY_HOST = /^api\.monitor\.azure\.[a-z]+$/;

/** What answers are asked with. */
export interface Asker {
  readonly resolver: Resolver;
  readonly prober: Prober;
}

/** Two findings a target; one that is skipped while nothing is published in it. */
export async function checkAnswers(
  target: DnsTarget,
  { resolver, prober }: Asker,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const check = `answers of ${target.name}`;
  const { lines } = await target.read(signal);
  const { name = '', addresses: published = [] } = lines.find(line => QUERY_HOST.test(line.name)) ?? {};
  const [address] = published;
  if (address === undefined) return [skipped(check, 'nothing is published in it yet')];
  const servers = await target.servers(signal);
  const wrong = (
    await Promise.all(servers.map(async server => askOne(server, { resolver, name, published }, signal)))
  ).flat();
  const right = `${servers.length - wrong.length} of ${servers.length} servers answer ${name} with ${published.join(', ')}`;
  const cure =
    'a change takes up to a minute and a half to arrive; after that look at the ConfigMap in the server’s volume, and at its log';
  const answers = wrong.length === 0 ? passed(check, right) : failing(check, `${right}; ${wrong.join('; ')}`, cure);
  return [answers, await connects({ name, address }, { prober, target: target.name }, signal)];
}

async function askOne(
  server: DnsServer,
  {
    resolver,
    name,
    published,
  }: { readonly resolver: Resolver; readonly name: string; readonly published: readonly string[] },
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const { addresses, rcode } = await resolver.ask(server, name, 'A', signal);
    const isSame = [...addresses].sort().join() === [...published].sort().join();
    return isSame ? [] : [`${server.name}: ${addresses.length === 0 ? rcode : addresses.join(', ')}`];
  } catch (thrown) {
    signal.throwIfAborted();
    return [`${server.name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`];
  }
}

/** What this machine cannot reach its neighbours in the plant may reach: that is a warning. */
async function connects(
  { name, address }: { readonly name: string; readonly address: string },
  { prober, target }: { readonly prober: Prober; readonly target: string },
  signal: AbortSignal,
): Promise<Finding> {
  const check = `way to ${target}`;
  const { outcome, detail = '' } = await prober.look({ name, address, of: [] }, signal);
  const at = `${name} at ${address}`;
  if (outcome === 'Held') return passed(check, `${at} lets ${prober.from} in, with a certificate that holds`);
  const cure =
    'let the machines through to the private endpoint on TCP 443; run this on one of them to have it looked at from there';
  return warned(check, `${at}: ${outcome} from ${prober.from}${detail === '' ? '' : `: ${detail}`}`, cure);
}
