/**
 * Azure as far as a private monitoring scope goes, as a state that settles with time: provisioning, names that reach an
 * interface late, a deletion that takes a while. Rules that no operator may break are written down when it does. Knows
 * nothing of ports; test/model/azure.ts makes one of it.
 */
import type { AccessValues } from '../../src/domain/access.ts';
import { failed, PortError, stalled, waiting } from '../../src/domain/failures.ts';
import { endpointOfGroup, idKey, sameId, scopeOfLink } from '../../src/domain/names.ts';
import type {
  Change,
  EndpointNeed,
  NetworkInterface,
  PrivateLinkScope,
  Resource,
  ResourceOf,
  ScopedResource,
  Want,
  Workspace,
} from '../../src/domain/resources.ts';
import type { ZoneGroup, ZoneRecord } from '../../src/domain/zone-resources.ts';
import type { Clock } from '../../src/ports.ts';
import {
  COLLECTION_MS,
  checkCollectionPut,
  checkCollectionRemoval,
  collectionBodyOf,
  isCollectionWant,
} from './collection-rules.ts';
import { InterfaceNames } from './interface-names.ts';
import { bodyOf } from './made-bodies.ts';
import type { Randomness } from './randomness.ts';
import {
  checkZonePut,
  checkZoneRemoval,
  isZoneWant,
  REQUIRED_ZONES,
  ZONE_GONE_MS,
  ZONE_SETTLE_MS,
} from './zone-rules.ts';

export interface Cell {
  body: Resource;
  /** Until then a GET or a list does not show it. */
  visibleAt: number;
  settlesAt?: number;
  outcome?: 'Succeeded' | 'Failed';
  goneAt?: number;
  /** First address of an endpoint's interface: another one each time it is made. */
  base?: number;
}

/** What the test knows and Azure does not. */
export interface Expectations {
  /** Ids of the workspaces that must be linked before an endpoint is put. */
  linksFirst(endpointId: string): readonly string[];
  /** Names of ours that clients are still sent to, over this endpoint. */
  namesInUse(endpointId: string): readonly string[];
  /** Who still needs a resource that is deleted; `undefined` when it may go. */
  neededBy?(body: Resource): string | undefined;
  /** Whether a link of the scope is that of somebody else, whose writes nobody can wait for. */
  isForeign?(link: ScopedResource, endpointId: string): boolean;
  /** Why nothing may be closed now. */
  closedTooEarly(id: string): readonly string[];
  /** Who asks for the closing that is opened; `undefined` when it may be. */
  openedAgainst?(id: string): string | undefined;
  /** What nobody would reach any more once the endpoint is gone. */
  stranded(): readonly string[];
}

export class AzureState {
  readonly cells = new Map<string, Cell>();
  readonly violations: string[] = [];
  /** What somebody else wrote into zones, by `idKey`. */
  readonly foreignRecords = new Map<string, readonly ZoneRecord[]>();
  readonly softDeleted = new Map<string, Workspace>();
  expectations: Expectations = {
    linksFirst: () => [],
    namesInUse: () => [],
    closedTooEarly: () => [],
    stranded: () => [],
  };
  /** Members that a scope requires beyond those that anybody would count. */
  moreMembers = 0;
  /** Chances of what Azure does of itself. */
  chances = { failedEndpoint: 0, membersRace: 0 };
  readonly #names: InterfaceNames;
  readonly #clock: Clock;
  readonly #random: Randomness;
  #linkSettledAt = 0;
  #endpoints = 0;

  constructor(clock: Clock, random: Randomness) {
    this.#clock = clock;
    this.#random = random;
    this.#names = new InterfaceNames(random);
  }

  get<K extends Resource['kind']>(kind: K, id: string): ResourceOf<K> | undefined {
    const cell = this.#find(id);
    if (cell === undefined || cell.body.kind !== kind) return undefined;
    return this.#told(cell.body) as ResourceOf<K>;
  }

  /** What is linked tells which links name it, those that settled; nothing when there is none. */
  #told(body: Resource): Resource {
    if (body.kind !== 'workspace' && body.kind !== 'dataCollectionEndpoint') return body;
    const links = [...this.cells.values()].map(cell => cell.body).filter(one => one.kind === 'scopedResource');
    const linkedBy = links
      .filter(link => sameId(link.targetId, body.id) && link.provisioningState === 'Succeeded')
      .map(link => ({ linkId: link.id.toLowerCase(), scopeGuid: 'guid' }));
    return linkedBy.length === 0 ? body : { ...body, linkedBy };
  }

  isVisible(id: string): boolean {
    const cell = this.#find(id);
    return cell !== undefined && cell.visibleAt <= this.#clock.now();
  }

  bodies(): readonly Resource[] {
    this.refresh();
    return [...this.cells.values()].map(cell => cell.body);
  }

  /** Puts a resource there as if it had always been: for the state that a test begins with. */
  seed(body: Resource, over: Partial<Cell> = {}): void {
    const base = body.kind === 'privateEndpoint' ? this.#nextBase() : undefined;
    this.cells.set(idKey(body.id), { body, visibleAt: 0, ...(base === undefined ? {} : { base }), ...over });
  }

  put(want: Want): void {
    this.refresh();
    const known = this.#find(want.id);
    if (known && known.body.provisioningState !== 'Failed') this.#violate(`a second PUT of ${want.id}`);
    this.#check(want);
    const settlesAt = this.#clock.now() + between(this.#random, SETTLE_MS[want.kind]);
    const isBad = want.kind === 'privateEndpoint' && this.#random.chance(this.chances.failedEndpoint);
    this.seed(bodyOf(want), {
      visibleAt: this.#clock.now() + (want.kind === 'privateLinkScope' ? 0 : this.#random.between(0, 4_000)),
      settlesAt,
      outcome: isBad ? 'Failed' : 'Succeeded',
    });
    this.refresh();
  }

  patch(want: Want, changes: readonly Change[]): void {
    const cell = this.#find(want.id);
    if (cell === undefined) throw refuse(failed('NotFound', `${want.id} is not there`));
    // A rule is put whole, with what others added to it left.
    if (want.kind === 'dataCollectionRule' && cell.body.kind === want.kind) {
      const { tags } = cell.body;
      cell.body = { ...cell.body, ...collectionBodyOf(want), tags: { ...tags, ...want.tags } };
      return;
    }
    const stated = bodyOf(want) as unknown as Record<string, unknown>;
    const body: Record<string, unknown> = { ...cell.body };
    for (const { field } of changes) {
      const [first = '', second] = field.split('.');
      const inner = (value: unknown) => value as Record<string, unknown>;
      body[first] =
        second === undefined ? stated[first] : { ...inner(body[first]), [second]: inner(stated[first])[second] };
    }
    cell.body = body as unknown as Resource;
  }

  setAccess(id: string, values: AccessValues): void {
    const cell = this.#find(id);
    if (cell === undefined) throw refuse(failed('NotFound', `${id} is not there`));
    const { body } = cell;
    const closes = Object.values(values).some(value => value === 'Disabled' || value === 'PrivateOnly');
    if (closes) for (const text of this.expectations.closedTooEarly(id)) this.#violate(text);
    const asker = closes ? undefined : this.expectations.openedAgainst?.(id);
    if (asker !== undefined) this.#violate(`${id} opened, which ${asker} asks to be closed`);
    if (body.kind === 'workspace' || body.kind === 'component') {
      cell.body = { ...body, access: { ...body.access, ...values } };
    }
    if (body.kind === 'dataCollectionEndpoint') {
      cell.body = { ...body, access: { ingestion: values.ingestion ?? body.access.ingestion ?? 'Enabled' } };
    }
    if (body.kind === 'privateLinkScope') cell.body = { ...body, accessModes: { ...body.accessModes, ...values } };
  }

  untag(id: string, tag: string): void {
    const cell = this.#find(id);
    if (cell === undefined || !('tags' in cell.body)) return;
    const { [tag]: _, ...tags } = cell.body.tags;
    cell.body = { ...cell.body, tags };
  }

  remove(id: string): void {
    this.refresh();
    const cell = this.#find(id);
    if (cell === undefined || cell.goneAt !== undefined) return;
    this.#checkRemoval(cell.body);
    cell.goneAt = this.#clock.now() + between(this.#random, GONE_MS[cell.body.kind]);
    cell.body = { ...cell.body, provisioningState: 'Deleting' };
    this.refresh();
  }

  links(scopeId: string): readonly ScopedResource[] {
    this.refresh();
    return [...this.cells.values()]
      .map(cell => cell.body)
      .filter(body => body.kind === 'scopedResource')
      .filter(link => sameId(scopeOfLink(link.id), scopeId));
  }

  /** As many members as an endpoint made now would have. */
  need(scopeId: string): EndpointNeed | undefined {
    if (this.get('privateLinkScope', scopeId) === undefined) return undefined;
    const targets = this.links(scopeId).map(link => link.targetId);
    const regions = new Set(targets.flatMap(id => this.get('workspace', id)?.location ?? []));
    const collectors = targets.filter(id => this.get('dataCollectionEndpoint', id) !== undefined).length;
    const length = 8 + 3 * (regions.size + collectors) + this.moreMembers;
    const members = Array.from({ length }, (_, index) => `member-${index}`);
    return { members, zones: [...REQUIRED_ZONES] };
  }

  networkInterface(id: string): NetworkInterface | undefined {
    this.refresh();
    const cell = [...this.cells.values()].find(
      ({ body }) => body.kind === 'privateEndpoint' && sameId(body.networkInterfaceId, id),
    );
    if (cell === undefined) return undefined;
    const { body, base = 4 } = cell;
    const entries = this.#names.entries({ id: body.id, base }, this.#clock.now(), key => this.cells.get(key)?.body);
    return { id, entries };
  }

  /** Groups of an endpoint, as far as they can be seen. */
  zoneGroups(endpointId: string): readonly ZoneGroup[] {
    return this.bodies()
      .filter(body => body.kind === 'zoneGroup')
      .filter(({ id }) => sameId(endpointOfGroup(id), endpointId) && this.isVisible(id));
  }

  /** What is in a zone: what others wrote, and what a settled group has. */
  zoneRecords(zoneId: string): readonly ZoneRecord[] {
    const writers = this.bodies()
      .filter(body => body.kind === 'zoneGroup' && body.configs.some(config => sameId(config.zoneId, zoneId)))
      .map(({ id }) => this.get('privateEndpoint', endpointOfGroup(id))?.name);
    const ours = writers.map(name => ({
      name: 'api',
      type: 'A',
      creator: `created by private endpoint ${name} with resource guid 1`,
    }));
    return [...(this.foreignRecords.get(idKey(zoneId)) ?? []), ...ours];
  }

  /** Lets everything happen that is due. */
  refresh(): void {
    const now = this.#clock.now();
    for (const [key, cell] of this.cells) {
      if (cell.goneAt !== undefined && cell.goneAt <= now) this.#vanish(key, cell);
      else if (cell.settlesAt !== undefined && cell.settlesAt <= now) this.#settle(cell, cell.settlesAt);
    }
    this.#names.refresh(
      [...this.cells.values()].map(cell => cell.body),
      now,
    );
  }

  #find(id: string): Cell | undefined {
    this.refresh();
    return this.cells.get(idKey(id));
  }

  #vanish(key: string, { body }: Cell): void {
    this.cells.delete(key);
    // A zone group goes with its endpoint.
    for (const other of [...this.cells.keys()])
      if (other.startsWith(`${key}/privatednszonegroups/`)) this.cells.delete(other);
    if (body.kind === 'workspace') this.softDeleted.set(key, body);
  }

  #settle(cell: Cell, at: number): void {
    delete cell.settlesAt;
    if (cell.goneAt !== undefined) return;
    cell.body = { ...cell.body, provisioningState: cell.outcome ?? 'Succeeded' };
    if (cell.body.kind === 'scopedResource') this.#linkSettledAt = at;
  }

  #check(want: Want): void {
    if (want.kind === 'workspace' && this.softDeleted.delete(idKey(want.id)) && !want.recover) {
      this.#violate(`a PUT brought the deleted ${want.name} back`);
    }
    if (want.kind === 'scopedResource') this.#checkLink(want.scopeId, want.targetId, want.id);
    if (want.kind === 'privateEndpoint') this.#checkEndpoint(want.scopeId, want.id);
    if (isZoneWant(want)) checkZonePut(want, this.bodies(), text => this.#violate(text));
    if (isCollectionWant(want)) checkCollectionPut(want, this.bodies(), text => this.#violate(text));
  }

  #checkLink(scopeId: string, targetId: string, id: string): void {
    const scope = this.get('privateLinkScope', scopeId);
    const target = this.bodies().find(body => sameId(body.id, targetId));
    if (scope === undefined) throw refuse(failed('NotFound', 'the scope is not there'));
    if (target?.provisioningState !== 'Succeeded') {
      this.#violate(`a link to ${targetId}, which is ${target?.provisioningState ?? 'not there'}`);
    }
    this.#checkAlone(id);
    const twin = this.links(scopeId).find(link => sameId(link.targetId, targetId) && !sameId(link.id, id));
    if (twin) throw refuse(waiting('Conflict', 'Scoped resource with same linked resource id already exists', 1_000));
  }

  #checkAlone(id: string): void {
    const busy = this.links(scopeOfLink(id)).filter(
      link => !sameId(link.id, id) && !['Succeeded', 'Failed'].includes(link.provisioningState),
    );
    if (busy.length > 0) {
      this.#violate(`two links at a time: ${id} while ${busy[0]?.id} is ${busy[0]?.provisioningState}`);
      throw refuse(waiting('Conflict', "Cannot modify resource while in provisioning state: 'Provisioning'", 3_000));
    }
  }

  #checkEndpoint(scopeId: string, endpointId: string): void {
    const { expectations } = this;
    const links = this.links(scopeId);
    const open = links
      .filter(link => link.provisioningState !== 'Succeeded' && !expectations.isForeign?.(link, endpointId))
      .map(link => link.id);
    const absent = expectations.linksFirst(endpointId).filter(id => !links.some(link => sameId(link.targetId, id)));
    for (const id of [...open, ...absent]) this.#violate(`the endpoint was put before the link of ${id} was there`);
    const age = this.#clock.now() - this.#linkSettledAt;
    if (age < 5_000 && this.#random.chance(this.chances.membersRace)) {
      throw refuse(waiting('RequiredMembersMismatch', 'Mismatching RequiredMembers in Request', 5_000));
    }
  }

  #checkRemoval(body: Resource): void {
    const needed = this.expectations.neededBy?.(body);
    if (needed !== undefined) this.#violate(`${body.id} deleted, which ${needed} needs`);
    const linkOf = (id: string) => this.bodies().find(one => one.kind === 'scopedResource' && sameId(one.targetId, id));
    if (body.kind === 'scopedResource') {
      this.#checkAlone(body.id);
      if (body.provisioningState === 'Provisioning') {
        throw refuse(waiting('Conflict', "Cannot modify resource while in provisioning state: 'Provisioning'", 3_000));
      }
    }
    if (body.kind === 'workspace' && linkOf(body.id)) {
      this.#violate(`${body.name} deleted while it is linked`);
      throw refuse(waiting('StillInUse', `${body.name} cannot be deleted because it is linked to a scope`, 10_000));
    }
    if (body.kind === 'privateLinkScope') this.#checkScopeRemoval(body);
    checkCollectionRemoval(body, this.bodies(), text => this.#violate(text));
    checkZoneRemoval(body, this.bodies(), this.zoneRecords(body.id), text => this.#violate(text));
    if (body.kind === 'privateEndpoint') {
      for (const text of this.expectations.stranded()) this.#violate(text);
      for (const name of this.expectations.namesInUse(body.id)) {
        this.#violate(`endpoint deleted while ${name} leads to it`);
      }
    }
  }

  #checkScopeRemoval(scope: PrivateLinkScope): void {
    const endpoints = this.bodies().filter(one => one.kind === 'privateEndpoint' && sameId(one.scopeId, scope.id));
    const users = [...this.links(scope.id), ...endpoints];
    if (users.length === 0) return;
    this.#violate(`${scope.name} deleted while ${users[0]?.id} uses it`);
    throw refuse(stalled('StillInUse', 'the scope is in use'));
  }

  #violate(text: string): void {
    this.violations.push(text);
  }

  #nextBase(): number {
    return 4 + 20 * (this.#endpoints++ % 2);
  }
}

const between = (random: Randomness, [low, high]: readonly [number, number]): number => random.between(low, high);

const SETTLE_MS = {
  workspace: [0, 4_000],
  component: [0, 0],
  privateLinkScope: [0, 0],
  scopedResource: [0, 6_000],
  privateEndpoint: [1_000, 15_000],
  ...COLLECTION_MS,
  ...ZONE_SETTLE_MS,
} as const satisfies Record<Resource['kind'], readonly [number, number]>;

const GONE_MS = {
  workspace: [0, 3_000],
  component: [0, 0],
  privateLinkScope: [0, 1_000],
  scopedResource: [0, 3_000],
  privateEndpoint: [1_000, 10_000],
  ...COLLECTION_MS,
  ...ZONE_GONE_MS,
} as const satisfies Record<Resource['kind'], readonly [number, number]>;

export const refuse = (failure: ConstructorParameters<typeof PortError>[0]): PortError => new PortError(failure);
