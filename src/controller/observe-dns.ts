/**
 * What a pass reads of DNS: the lines of the target, and whether every server of it answers every published name with
 * our addresses, A and AAAA. Asked again only when the records changed, an answer was wrong, or a resync is due.
 */
import type { Desired } from '../domain/desire.ts';
import { type Failure, failureOf, stalled } from '../domain/failures.ts';
import { isPathToGo, withPolicies } from '../domain/inventory.ts';
import { linesOf } from '../domain/merge.ts';
import { ownerKey } from '../domain/names.ts';
import {
  ABSENT,
  type DnsFinding,
  type Observed,
  present,
  type Reading,
  type Resolution,
  type TargetSight,
  unread,
} from '../domain/observed.ts';
import { recordsHash } from '../domain/records.ts';
import type { DnsServer, DnsTarget } from '../ports.ts';
import type { Pass } from './world.ts';

/** Wrong answers are asked for again after this time: the road from ConfigMap to answer takes a minute or two. */
const RETRY_MS = 1_500;
/** Questions in flight to one server. */
const PARALLEL = 8;
/** In place of a response code: no answer came. */
const SILENT = 'silent';

interface Expected {
  readonly name: string;
  readonly addresses: readonly string[];
}

type DnsSight = Pick<Observed, 'target' | 'resolution' | 'unpublishedSince'>;

export async function observeDns(want: Desired, pass: Pass): Promise<DnsSight & Pick<Observed, 'formerTargets'>> {
  const [sight, formerTargets] = await Promise.all([observeTarget(want, pass), readFormerTargets(want, pass)]);
  return { ...sight, formerTargets };
}

/** Reads come from a cache; a target that cannot be read now is looked at again with every pass. */
async function readFormerTargets(want: Desired, pass: Pass): Promise<readonly string[]> {
  const others = pass.world.targets.all.filter(target => target.name !== want.dns.target);
  const held = await Promise.all(
    others.map(async target => {
      const reading = await attempt(() => target.read(pass.signal), pass);
      return reading.is === 'present' && granted(want, reading.body).length > 0 ? [target.name] : [];
    }),
  );
  return held.flat();
}

async function observeTarget(want: Desired, pass: Pass): Promise<DnsSight> {
  const found = findTarget(want, pass);
  if (found.is !== 'present') return { target: found, resolution: ABSENT };
  const target = await attempt(() => found.body.read(pass.signal), pass);
  if (target.is !== 'present') return { target, resolution: ABSENT };
  if (want.deletedAt === undefined)
    return { target, ...(await asked(want, granted(want, target.body), found.body, pass)) };
  if (granted(want, target.body).length > 0) return { target, resolution: ABSENT };
  const unpublishedSince = sinceUnpublished(pass);
  const isWatched = isPathToGo(withPolicies(pass.object.status.resources ?? [], want), want);
  const expected = isWatched ? leftOver(pass, target.body) : [];
  return { target, unpublishedSince, ...(await asked(want, expected, found.body, pass)) };
}

async function asked(want: Desired, expected: readonly Expected[], target: DnsTarget, pass: Pass) {
  if (expected.length === 0) return { resolution: ABSENT };
  return { resolution: await resolve(want, expected, target, pass) };
}

function sinceUnpublished({ memory, object, now }: Pass): number {
  const since = memory.unpublishedSince.get(object.metadata.uid) ?? now;
  memory.unpublishedSince.set(object.metadata.uid, since);
  return since;
}

function findTarget(want: Desired, { world, object }: Pass): Reading<DnsTarget> {
  const { target: name } = want.dns;
  const { namespace } = object.metadata;
  const target = world.targets.find(name);
  const refuse = (failure: Failure) => unread<DnsTarget>(failure);
  if (target === undefined) {
    // Nothing can be taken out of a target that the administrator has removed: a deletion goes on.
    if (want.deletedAt !== undefined) return ABSENT;
    return refuse(
      stalled(
        'TargetNotFound',
        `spec.dns.target: the operator has no DNS target ${name}; its administrator defines them`,
      ),
    );
  }
  if (want.deletedAt === undefined && !world.targets.allows(name, namespace)) {
    const text = `spec.dns.target: objects of namespace ${namespace} may not publish into ${name}; its administrator lists the allowed namespaces`;
    return refuse(stalled('TargetNotAllowed', text));
  }
  return present(target);
}

const granted = (want: Desired, target: TargetSight): readonly Expected[] =>
  linesOf(target.lines, ownerKey(want.owner));

/** While deleting: what we published, but for names that are still somebody's. */
function leftOver({ object }: Pass, target: TargetSight): readonly Expected[] {
  const kept = new Set(target.lines.map(line => line.name));
  return (object.status.records ?? []).filter(record => !kept.has(record.name));
}

async function resolve(
  want: Desired,
  expected: readonly Expected[],
  target: DnsTarget,
  pass: Pass,
): Promise<Reading<Resolution>> {
  const { memory, object, now } = pass;
  const { uid } = object.metadata;
  const hash = recordsHash(expected);
  const known = memory.asked.get(uid);
  const before = known?.target === target.name ? known : undefined;
  const deleting = want.deletedAt !== undefined;
  if (before && before.resolution.recordsHash === hash && !isDue(before, deleting ? 0 : want.intervalMs, now)) {
    return present(before.resolution);
  }
  const servers = await attempt(() => target.servers(pass.signal), pass);
  if (servers.is !== 'present') return servers;
  const findings = await askAll(servers.body, expected, pass);
  // Silence proves nothing: a server that does not answer us may answer others.
  const isWrong = (finding: DnsFinding) =>
    deleting ? isSilent(finding) || isOurs(finding, expected) : !isRight(finding, expected);
  const wrong = findings.filter(isWrong);
  const unansweredSince = before?.resolution.unansweredSince ?? now;
  const resolution: Resolution = {
    recordsHash: hash,
    servers: servers.body.map(server => server.name),
    questions: findings.length,
    wrong,
    ...(deleting && wrong.length === 0 ? { unansweredSince } : {}),
  };
  memory.asked.set(uid, { target: target.name, resolution, askedAt: now });
  return present(resolution);
}

const isDue = (before: { askedAt: number; resolution: Resolution }, resyncMs: number, now: number): boolean =>
  now - before.askedAt >= (before.resolution.wrong.length > 0 ? RETRY_MS : resyncMs);

const addressesOf = (name: string, expected: readonly Expected[]): readonly string[] =>
  expected.find(record => record.name === name)?.addresses ?? [];

function isRight(finding: DnsFinding, expected: readonly Expected[]): boolean {
  if (finding.rcode !== 'NOERROR') return false;
  const wanted = addressesOf(finding.name, expected).filter(
    address => address.includes(':') === (finding.type === 'AAAA'),
  );
  return [...finding.addresses].sort().join() === [...wanted].sort().join();
}

const isSilent = (finding: DnsFinding): boolean => finding.rcode === SILENT;

const isOurs = (finding: DnsFinding, expected: readonly Expected[]): boolean =>
  finding.addresses.some(address => addressesOf(finding.name, expected).includes(address));

async function askAll(
  servers: readonly DnsServer[],
  expected: readonly Expected[],
  pass: Pass,
): Promise<readonly DnsFinding[]> {
  const perServer = await Promise.all(servers.map(server => askServer(server, expected, pass)));
  return perServer.flat();
}

async function askServer(server: DnsServer, expected: readonly Expected[], pass: Pass): Promise<readonly DnsFinding[]> {
  const questions = expected.flatMap(({ name }) => [
    { name, type: 'A' as const },
    { name, type: 'AAAA' as const },
  ]);
  const findings: DnsFinding[] = [];
  for (let start = 0; start < questions.length; start += PARALLEL) {
    const batch = questions.slice(start, start + PARALLEL);
    const answers = await Promise.all(batch.map(question => askOne(server, question, pass)));
    findings.push(...answers);
    // A server that is down would cost one timeout a name: the first batch of silence speaks for all.
    if (answers.every(isSilent)) break;
  }
  return findings;
}

async function askOne(server: DnsServer, question: Pick<DnsFinding, 'name' | 'type'>, pass: Pass): Promise<DnsFinding> {
  try {
    const answer = await pass.world.resolver.ask(server, question.name, question.type, pass.signal);
    return { server: server.name, ...question, ...answer };
  } catch (thrown) {
    pass.signal.throwIfAborted();
    return { server: server.name, ...question, rcode: SILENT, addresses: [], detail: failureOf(thrown).message };
  }
}

async function attempt<T>(read: () => Promise<T>, { signal }: Pass): Promise<Reading<T>> {
  try {
    return present(await read());
  } catch (thrown) {
    signal.throwIfAborted();
    return unread(failureOf(thrown));
  }
}
