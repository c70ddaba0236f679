/**
 * Two objects that share something: both join a scope that somebody built by hand, or one joins what the other makes.
 * Where a run begins, what disturbs it, and in which order the objects go. For fast-check.
 */
import fc from 'fast-check';
import { desire, wantsOf } from '../../src/domain/desire.ts';
import { idKey, sameId, scopeOfLink } from '../../src/domain/names.ts';
import type { ObjectKey, PmsObject, Spec } from '../../src/domain/object.ts';
import { isAdopted, type Resource, type ScopedResource } from '../../src/domain/resources.ts';
import { asCreated, INSTALLATION, pms, SUBNET } from './plant.ts';
import { ADOPTED } from './plant-adoption.ts';
import type { Fault, Floor } from './plant-floor.ts';
import { fault } from './scenario.ts';

export const A: ObjectKey = { namespace: 'plant', name: 'plant-a' };
export const B: ObjectKey = { namespace: 'plant', name: 'line-2' };

export type Claim = 'none' | 'Enabled' | 'Disabled';

export interface SharingScenario {
  readonly seed: number;
  /** `hub`: both adopt what was built by hand. `join`: B adopts what A makes. */
  readonly topology: 'hub' | 'join';
  /** Whether B publishes the same endpoint as A, or has one of its own. */
  readonly sharesEndpoint: boolean;
  readonly sharesWorkspace: boolean;
  /** What A and B ask of the query access of the workspace that both have, if they share one. */
  readonly claims: readonly [Claim, Claim];
  readonly gate: 'DNS' | 'Query';
  readonly hasComponent: boolean;
  readonly policy: 'Retain' | 'Delete';
  /** Milliseconds after A at which B is applied; before A when negative. */
  readonly lagMs: number;
  readonly faults: readonly Fault[];
  readonly azureTroubles: number;
  /** Milliseconds between the two deletions. */
  readonly pauseMs: number;
}

const claim = fc.constantFrom('none', 'Enabled', 'Disabled', 'Disabled');

export const sharing: fc.Arbitrary<SharingScenario> = fc.record({
  seed: fc.nat(),
  topology: fc.constantFrom('hub', 'join'),
  sharesEndpoint: fc.boolean(),
  sharesWorkspace: fc.constantFrom(true, true, false),
  claims: fc.tuple(claim, claim),
  gate: fc.constantFrom('DNS', 'Query'),
  hasComponent: fc.boolean(),
  policy: fc.constantFrom('Retain', 'Delete'),
  lagMs: fc.integer({ min: -20_000, max: 60_000 }),
  faults: fc.array(fault, { maxLength: 4 }),
  azureTroubles: fc.nat({ max: 3 }),
  pauseMs: fc.nat({ max: 120_000 }),
});

const components = ({ hasComponent }: SharingScenario): Partial<Spec> =>
  hasComponent ? { applicationInsights: [{ name: 'web', resourceId: ADOPTED.component.body.id }] } : {};

/** What an object says of isolation: of the shared workspace, and of its deletion. */
const asked = (claim: Claim) => (claim === 'none' ? {} : { isolation: { query: claim } });
const proofs = ({ gate, claims }: SharingScenario): Partial<Spec> =>
  claims.every(claim => claim === 'none') ? {} : { verification: { gate }, isolation: { onDelete: 'Reopen' } };

export function objectA(of: SharingScenario): PmsObject {
  const isHub = of.topology === 'hub';
  const claim = of.sharesWorkspace ? of.claims[0] : 'none';
  const law = { name: 'law-plant-a', deletionPolicy: of.policy, ...(isHub ? {} : asked(claim)) };
  const theirs = { name: 'existing', resourceId: ADOPTED.workspace.body.id, ...asked(claim) };
  return asCreated(
    pms({
      spec: {
        ...components(of),
        ...proofs(of),
        workspaces: isHub && of.sharesWorkspace ? [law, theirs] : [law],
        ...(isHub ? { privateLinkScope: { resourceId: ADOPTED.scope.body.id } } : {}),
        privateEndpoint: isHub ? { resourceId: ADOPTED.endpoint.body.id } : { subnetId: SUBNET },
      },
    }),
  );
}

export function objectB(of: SharingScenario): PmsObject {
  const a = desire(objectA(of), INSTALLATION);
  const shared = of.topology === 'hub' ? ADOPTED.workspace.body.id : a.workspaces[0]?.id;
  const law = { name: 'law-line-2', deletionPolicy: of.policy };
  const theirs = { name: 'theirs', resourceId: shared ?? '', ...asked(of.claims[1]) };
  const workspaces = of.sharesWorkspace ? [law, theirs] : [law];
  return asCreated(
    pms({
      name: B.name,
      spec: {
        ...components(of),
        ...proofs(of),
        workspaces,
        privateLinkScope: { resourceId: a.scope.id },
        privateEndpoint: of.sharesEndpoint ? { resourceId: a.endpoint.id } : { subnetId: SUBNET },
        // One scope per DNS: another endpoint has another resolver.
        dns: { target: of.sharesEndpoint ? 'default' : 'lan' },
      },
    }),
  );
}

const BY_HAND: readonly Resource[] = Object.values(ADOPTED).map(({ body }) => body);

/** What was there before any object and must be there after all of them. */
export const byHand = (): readonly string[] => BY_HAND.map(({ id }) => idKey(id));

/** What somebody built by hand, and what no deletion may touch. Nothing runs yet. */
export async function layHub(floor: Floor, of: SharingScenario): Promise<void> {
  for (const body of BY_HAND) floor.azure.state.seed(body);
  floor.azure.state.chances = { failedEndpoint: 0.1, membersRace: 0.3 };
  await floor.clock.runFor(10_000);
  floor.azure.troubles = of.azureTroubles;
  floor.azure.state.expectations = {
    linksFirst: () => [],
    namesInUse: endpointId => namesOver(floor, endpointId),
    isForeign: () => true,
    closedTooEarly: id => unprovedClosing(floor, id),
    openedAgainst: id => liveAsker(floor, id),
    stranded: () => [],
    neededBy: body => (byHand().includes(idKey(body.id)) ? 'whoever built it' : liveUser(floor, body)),
  };
}

/** Why nobody who asks for a closing can have proved the path: what it has published is not what its DNS answers. */
function unprovedClosing(floor: Floor, id: string): readonly string[] {
  const askers = present(floor).filter(object => asksClosed(object, id));
  const customerId = floor.azure.state.get('workspace', id)?.customerId ?? 'nobody';
  const isAnswered = (object: PmsObject) => {
    const target = targetOf(object);
    // Whose line it is does not matter: two objects on one endpoint publish the same.
    const answers = new Map(floor.dns.served(target).map(line => [line.name, line.addresses.join()]));
    const mine = floor.dns.lines(target).filter(line => line.owners.includes(ownerOf(object)));
    const right = mine.filter(line => answers.get(line.name) === line.addresses.join());
    return ['api.', customerId].every(start => right.some(({ name }) => name.startsWith(start)));
  };
  return askers.some(isAnswered) ? [] : [`${id} closed, which nobody has proved of ${askers.length} that ask for it`];
}

/** The live object that asks for the closing of what is opened. Nothing is rolled back here: the path is never down. */
const liveAsker = (floor: Floor, id: string): string | undefined =>
  live(floor).find(object => asksClosed(object, id))?.metadata.name;

const asksClosed = (object: PmsObject, id: string): boolean =>
  desire(object, INSTALLATION).access.some(item => sameId(item.id, id) && item.access.query === 'Disabled');

const ownerOf = ({ metadata }: PmsObject): string => `${metadata.namespace}/${metadata.name}`;
export const targetOf = ({ spec }: PmsObject): 'lan' | 'default' => (spec.dns?.target === 'lan' ? 'lan' : 'default');

const present = (floor: Floor): readonly PmsObject[] => [A, B].flatMap(key => floor.cluster.stored(key) ?? []);

const live = (floor: Floor): readonly PmsObject[] =>
  present(floor).filter(one => one.metadata.deletionTimestamp === undefined);

/** The live object that adopts a resource, or wants a link between the same two. */
function liveUser(floor: Floor, body: Resource): string | undefined {
  const user = live(floor).find(object => {
    const want = desire(object, INSTALLATION);
    return body.kind === 'scopedResource'
      ? want.links.some(link => joinsSame(link, body))
      : wantsOf(want).some(item => isAdopted(item) && sameId(item.id, body.id));
  });
  return user?.metadata.name;
}

const joinsSame = (link: { scopeId: string; targetId: string }, body: ScopedResource): boolean =>
  sameId(link.scopeId, scopeOfLink(body.id)) && sameId(link.targetId, body.targetId);

/** Names by which clients still come to an endpoint, published by an object that is not on its way out. */
function namesOver(floor: Floor, endpointId: string): readonly string[] {
  return present(floor).flatMap(object => {
    if (!sameId(desire(object, INSTALLATION).endpoint.id, endpointId)) return [];
    const [target, owner] = [targetOf(object), ownerOf(object)];
    return [...floor.dns.lines(target), ...floor.dns.served(target)]
      .filter(line => line.owners.includes(owner))
      .map(line => line.name);
  });
}
