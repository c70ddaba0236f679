/**
 * Which linked resources have their names on which endpoint's interface, and since when: names come some time after the
 * link, and leave it as late. Part of test/model/azure-state.ts. Source: facts ampls 2.3.
 */
import type { DataCollectionEndpoint } from '../../src/domain/collection-resources.ts';
import { idKey, sameId, scopeOfLink } from '../../src/domain/names.ts';
import type { NetworkInterface, PrivateEndpoint, Resource, ScopedResource } from '../../src/domain/resources.ts';
import { OWN_MEMBERS, SHARED_MEMBERS } from './members.ts';
import type { Randomness } from './randomness.ts';

const memberKey = (endpoint: PrivateEndpoint, link: ScopedResource): string => `${endpoint.id} ${idKey(link.targetId)}`;

const LATE_MS = 6_000;

/** Three names of its own, each with an address. */
const collectionNames = ({ name, configurationHost = '' }: DataCollectionEndpoint) =>
  ['handler.control', 'ingest', 'metrics.ingest'].map(part => ({
    member: `dce-${part}-${name}`,
    fqdns: [configurationHost.replace('handler.control', part)],
  }));

export class InterfaceNames {
  readonly #members = new Map<string, { from: number; until?: number }>();
  readonly #random: Randomness;

  constructor(random: Randomness) {
    this.#random = random;
  }

  /** Lets names come and go with the links that there are now. */
  refresh(bodies: readonly Resource[], now: number): void {
    const links = bodies.filter(body => body.kind === 'scopedResource');
    for (const endpoint of bodies) {
      if (endpoint.kind !== 'privateEndpoint' || endpoint.provisioningState !== 'Succeeded') continue;
      this.#join(endpoint, links, now);
      this.#leave(endpoint, links, now);
    }
  }

  /** The entries of an endpoint's interface; `bodyOf` finds a resource by its key. */
  entries(
    { id, base }: { readonly id: string; readonly base: number },
    now: number,
    bodyOf: (key: string) => Resource | undefined,
  ): NetworkInterface['entries'] {
    const members = [...this.#members]
      .filter(([key, { from, until }]) => key.startsWith(`${id} `) && from <= now && (until ?? now + 1) > now)
      .map(([key]) => bodyOf(key.slice(id.length + 1)));
    const targets = members.filter(target => target?.kind === 'workspace');
    const components = members.filter(target => target?.kind === 'component').map(({ location }) => location);
    const regions = [...new Set(targets.map(target => target.location))].sort();
    const own = regions.flatMap(region =>
      OWN_MEMBERS.map(([member, suffix]) => ({
        member: `${member}-${region}`,
        fqdns: targets.filter(target => target.location === region).map(target => `${target.customerId}.${suffix}`),
      })),
    );
    const shared = SHARED_MEMBERS.map(([member, fqdn]) => ({ member, fqdns: [fqdn] }));
    const ingestion = [...new Set(components)].map(region => ({
      member: `in-ai-${region}`,
      fqdns: [`${region}-1.in.ai.monitor.azure.com`],
    }));
    const collection = members.filter(target => target?.kind === 'dataCollectionEndpoint').flatMap(collectionNames);
    return [...shared, ...own, ...ingestion, ...collection].map((entry, index) => ({
      ...entry,
      address: `10.13.1.${base + index}`,
    }));
  }

  #join(endpoint: PrivateEndpoint, links: readonly ScopedResource[], now: number): void {
    for (const link of links) {
      if (link.provisioningState !== 'Succeeded' || !sameId(scopeOfLink(link.id), endpoint.scopeId)) continue;
      const key = memberKey(endpoint, link);
      const known = this.#members.get(key);
      if (known !== undefined && (known.until ?? now) >= now) continue;
      this.#members.set(key, { from: now + this.#random.between(0, LATE_MS) });
    }
  }

  #leave(endpoint: PrivateEndpoint, links: readonly ScopedResource[], now: number): void {
    for (const [key, member] of this.#members) {
      if (!key.startsWith(`${endpoint.id} `) || member.until !== undefined) continue;
      if (links.some(link => key === memberKey(endpoint, link))) continue;
      member.until = now + this.#random.between(0, LATE_MS);
    }
  }
}
