/**
 * What a pass reads of DNS: the lines of the target, and whether every server of it, and every server that the spec
 * names, answers every published name with our addresses. Asked again only when the records changed, an answer was
 * wrong, a proof must be fresh, or a resync is due.
 */
import type { Desired } from '../domain/desire.ts';
import { hasPublished, refusedText } from '../domain/draining.ts';
import { type Failure, failureOf, stalled } from '../domain/failures.ts';
import { isPathToGo, withPolicies } from '../domain/inventory.ts';
import { needsFreshProof, PROOF_AGE_MS } from '../domain/isolation-pace.ts';
import { linesOf } from '../domain/merge.ts';
import { ownerKey } from '../domain/names.ts';
import type { PmsObject } from '../domain/object.ts';
import {
  ABSENT,
  bodyOf,
  type DnsFinding,
  type Observed,
  present,
  type Reading,
  type Resolution,
  type TargetSight,
  unread,
} from '../domain/observed.ts';
import { PROPAGATION_MS, WRONG_RETRY_MS } from '../domain/publishing.ts';
import { recordsHash } from '../domain/records.ts';
import type { DnsServer, DnsTarget } from '../ports-dns.ts';
import { askAll, cacheLimit, type Expected, isOurs, isRight, isSilent, keepCacheTimes } from './ask-dns.ts';
import { reservedNames } from './reserved.ts';
import type { Pass } from './world.ts';

/** Wrong answers are asked for again after this time: the road from ConfigMap to answer takes a minute or two. */
const RETRY_MS = 1_500;

type DnsSight = Pick<Observed, 'target' | 'reserved' | 'resolution' | 'unpublishedSince'>;

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
  const target = await readTarget(found.body, want, pass);
  if (target.is !== 'present') return { target, resolution: ABSENT };
  if (want.deletedAt === undefined) {
    const { resolution } = await asked(want, granted(want, target.body), found.body, pass);
    const isTakenOut = bodyOf<Resolution>(resolution)?.reload !== undefined;
    // What CoreDNS refused is out of the target by now.
    const now = isTakenOut ? await readTarget(found.body, want, pass) : target;
    return { target: now, reserved: reservedNames(want, target.body, pass), resolution };
  }
  if (granted(want, target.body).length > 0) return { target, resolution: ABSENT };
  const unpublishedSince = sinceUnpublished(pass);
  const isWatched = isPathToGo(withPolicies(pass.object.status.resources ?? [], want), want);
  const expected = isWatched ? leftOver(pass, target.body) : [];
  return { target, unpublishedSince, ...(await asked(want, expected, found.body, pass)) };
}

/** One that is being retired cannot be read by an object that is not on it: nothing may be published there. */
async function readTarget(target: DnsTarget, want: Desired, pass: Pass): Promise<Reading<TargetSight>> {
  const sight = await attempt(() => target.read(pass.signal), pass);
  if (!target.draining || sight.is !== 'present' || want.deletedAt !== undefined) return sight;
  const { world, object } = pass;
  const { namespace, generation } = object.metadata;
  const instead = world.targets.all
    .filter(({ name, draining }) => !draining && world.targets.allows(name, namespace))
    .map(({ name }) => name);
  const isOnIt = granted(want, sight.body).length > 0 || hasPublished(object.status, generation);
  if (!isOnIt) return unread(stalled('TargetDraining', refusedText(target.name, instead)));
  return present({ ...sight.body, draining: { instead } });
}

async function asked(
  want: Desired,
  expected: readonly Expected[],
  target: DnsTarget,
  pass: Pass,
): Promise<Pick<DnsSight, 'resolution'>> {
  return { resolution: expected.length === 0 ? ABSENT : await resolve(want, expected, target, pass) };
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
    return refuse(stalled('TargetNotFound', unknownText(name, world.targets.all, object)));
  }
  if (want.deletedAt === undefined && !world.targets.allows(name, namespace)) {
    const text = `spec.dns.target: objects of namespace ${namespace} may not publish into ${name}; its administrator lists the allowed namespaces`;
    return refuse(stalled('TargetNotAllowed', text));
  }
  return present(target);
}

/** Nobody keeps what was published into a target that is configured no more, and nobody can take it out. */
function unknownText(name: string, known: readonly DnsTarget[], { status }: PmsObject): string {
  const names = known.map(target => target.name).join(', ') || 'none';
  const lost =
    'what was published under that name stays until its administrator has it there again, with draining: true';
  const told = `spec.dns.target: the operator has no DNS target ${name}; its administrator defines them: ${names}`;
  return (status.recordCount ?? 0) > 0 ? `${told}; ${lost}` : told;
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
  const deleting = want.deletedAt !== undefined;
  const hash = recordsHash(expected);
  // Nobody waits for the spec's servers to forget: they keep an answer for one TTL, which is waited for anyway.
  const named = deleting ? [] : want.dns.verifyServers;
  const asked = [target.name, ...named.map(server => server.name)].join(' ');
  const known = memory.asked.get(uid);
  const last = known?.target === asked ? known.resolution : undefined;
  const before = last?.recordsHash === hash ? last : undefined;
  const ageMs = deleting ? 0 : needsFreshProof(want, object.status.resources ?? []) ? PROOF_AGE_MS : want.intervalMs;
  if (before && !isDue(before, ageMs, now)) return present(before);
  const servers = await attempt(() => target.servers(pass.signal), pass);
  if (servers.is !== 'present') return servers;
  const all: readonly DnsServer[] = [...servers.body, ...named];
  const findings = await askAll(all, expected, pass);
  const reload =
    deleting || want.planOnly ? undefined : await confirm(target, servers.body, { findings, expected, pass });
  const resolution: Resolution = {
    recordsHash: hash,
    servers: all.map(server => server.name),
    questions: findings.length,
    askedAt: now,
    ...(reload === undefined ? {} : { reload }),
    ...(deleting
      ? stillAnswering(findings, expected, { before: last, now })
      : notOurs(findings, expected, { before, now })),
  };
  memory.asked.set(uid, { target: asked, resolution });
  return present(resolution);
}

interface Answers {
  readonly findings: readonly DnsFinding[];
  readonly expected: readonly Expected[];
  readonly pass: Pass;
}

/** What the target has to say to the answers of its own servers: whether CoreDNS took up what was written. */
async function confirm(
  target: DnsTarget,
  servers: readonly DnsServer[],
  { findings, expected, pass }: Answers,
): Promise<Failure | undefined> {
  const names = servers.map(server => server.name);
  const seen = {
    names: expected.map(({ name }) => name),
    servers: names,
    wrong: findings.filter(finding => names.includes(finding.server) && !isRight(finding, expected)),
  };
  const told = await attempt(() => target.confirm(seen, pass.signal), pass);
  return told.is === 'unread' ? told.failure : bodyOf(told);
}

interface Earlier {
  readonly before: Resolution | undefined;
  readonly now: number;
}

type Judged = Pick<Resolution, 'wrong' | 'wrongSince' | 'unansweredSince'>;

function notOurs(findings: readonly DnsFinding[], expected: readonly Expected[], { before, now }: Earlier): Judged {
  const wrong = findings.filter(finding => !isRight(finding, expected));
  if (wrong.length === 0) return { wrong };
  const wrongSince = before?.wrongSince ?? now;
  const limit = cacheLimit(wrongSince);
  const told = keepCacheTimes(wrong, before?.wrong ?? []).map(finding =>
    finding.cachedUntil === undefined ? finding : { ...finding, cachedUntil: Math.min(finding.cachedUntil, limit) },
  );
  return { wrong: told, wrongSince };
}

/** While deleting. Silence proves nothing: a server that does not answer us may answer others. */
function stillAnswering(findings: readonly DnsFinding[], expected: readonly Expected[], earlier: Earlier): Judged {
  const wrong = findings.filter(finding => isSilent(finding) || isOurs(finding, expected));
  if (wrong.length > 0) return { wrong };
  return { wrong, unansweredSince: earlier.before?.unansweredSince ?? earlier.now };
}

function isDue({ wrong, wrongSince, askedAt }: Resolution, ageMs: number, now: number): boolean {
  const isOld = wrongSince !== undefined && now - wrongSince >= PROPAGATION_MS;
  const retryMs = isOld ? WRONG_RETRY_MS : RETRY_MS;
  return now - askedAt >= (wrong.length > 0 ? retryMs : ageMs);
}

async function attempt<T>(read: () => Promise<T>, { signal }: Pass): Promise<Reading<T>> {
  try {
    return present(await read());
  } catch (thrown) {
    signal.throwIfAborted();
    return unread(failureOf(thrown));
  }
}
