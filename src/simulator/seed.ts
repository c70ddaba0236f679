/**
 * What is there before the first call: tenant, subscription, principals, and resources that somebody else made. Written
 * as YAML or as data; checked here, with every problem named by its path. Planting it into a world is in plant.ts.
 */
import { randomBytes } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import type { Principal } from './entra/principals.ts';
import { isRegion } from './frame/regions.ts';
import type { PublicAccess, Tags } from './resources.ts';
import { accessRules, checkAccess, principalRule, type SeedAccess } from './seed-access.ts';
import { type LineOf, readYaml } from './seed-lines.ts';
import { checkResources, placedLists, resourceRules, type SeedResources } from './seed-resources.ts';
import { guidText, list, map, number, oneOf, type Report, text, texts } from './seed-rules.ts';

interface Placed {
  readonly resourceGroup: string;
  readonly name: string;
  /** Short name, e.g. `japaneast`. */
  readonly location: string;
  readonly tags?: Tags;
}

export interface SeedVirtualNetwork extends Placed {
  /** CIDR. */
  readonly addressPrefix: string;
  readonly subnets: readonly { readonly name: string; readonly addressPrefix: string }[];
}

export interface SeedWorkspace extends Placed {
  /** Default: a new GUID. */
  readonly customerId?: string;
  /** Default 30. */
  readonly retentionInDays?: number;
  /** Default -1, no cap. */
  readonly dailyQuotaGb?: number;
  /** Default Enabled, both. */
  readonly publicNetworkAccessForIngestion?: PublicAccess;
  readonly publicNetworkAccessForQuery?: PublicAccess;
}

export interface SeedDataCollectionEndpoint extends Placed {
  /** The four characters in its host names; default: drawn. */
  readonly suffix?: string;
  /** Default Enabled. */
  readonly publicNetworkAccess?: PublicAccess;
}

export interface Seed extends SeedAccess, SeedResources {
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** The first one is what the simulator prints as its client. */
  readonly principals: readonly Principal[];
  readonly resourceGroups: readonly Omit<Placed, 'resourceGroup'>[];
  readonly virtualNetworks: readonly SeedVirtualNetwork[];
  readonly workspaces?: readonly SeedWorkspace[];
  readonly dataCollectionEndpoints?: readonly SeedDataCollectionEndpoint[];
  /** Soft-deleted at start. */
  readonly deletedWorkspaces?: readonly SeedWorkspace[];
}

/** Thrown for a seed that cannot be planted; the message has one line per problem. */
export class SeedError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the seed is not valid:\n${problems.map(problem => `  ${problem}`).join('\n')}`);
    this.name = 'SeedError';
    this.problems = problems;
  }
}

const region = text('a region such as japaneast', isRegion);
const cidr = text('an address prefix such as 10.0.0.0/24', value => ipaddr.IPv4.isValidCIDR(value));
const access = oneOf('Enabled', 'Disabled', 'SecuredByPerimeter');
const placed = { resourceGroup: text(), name: text(), location: region };
const workspace = map(placed, {
  tags: texts,
  customerId: guidText,
  retentionInDays: number,
  dailyQuotaGb: number,
  publicNetworkAccessForIngestion: access,
  publicNetworkAccessForQuery: access,
});
const fourCharacters = text('four letters or digits', value => /^[a-z0-9]{4}$/.test(value));

const seedRule = map(
  {
    tenantId: guidText,
    subscriptionId: guidText,
    principals: list(principalRule),
    resourceGroups: list(map({ name: text(), location: region }, { tags: texts })),
    virtualNetworks: list(
      map(
        { ...placed, addressPrefix: cidr, subnets: list(map({ name: text(), addressPrefix: cidr })) },
        { tags: texts },
      ),
    ),
  },
  {
    ...accessRules,
    ...resourceRules(placed),
    workspaces: list(workspace),
    deletedWorkspaces: list(workspace),
    dataCollectionEndpoints: list(map(placed, { tags: texts, suffix: fourCharacters, publicNetworkAccess: access })),
  },
);

function checkReferences(seed: Seed, report: Report): void {
  const groups = new Set(seed.resourceGroups.map(group => group.name.toLowerCase()));
  const lists = [
    'virtualNetworks',
    'workspaces',
    'dataCollectionEndpoints',
    'deletedWorkspaces',
    ...placedLists,
  ] as const;
  for (const key of lists) {
    seed[key]?.forEach((item, index) => {
      if (!groups.has(item.resourceGroup.toLowerCase())) {
        report(`${key}[${index}].resourceGroup`, `'${item.resourceGroup}' is not among resourceGroups`);
      }
    });
  }
  seed.virtualNetworks.forEach((network, index) => {
    const whole = ipaddr.IPv4.parseCIDR(network.addressPrefix);
    network.subnets.forEach((subnet, at) => {
      const [address, bits] = ipaddr.IPv4.parseCIDR(subnet.addressPrefix);
      if (!address.match(whole) || bits < whole[1]) {
        report(`virtualNetworks[${index}].subnets[${at}].addressPrefix`, `is not inside ${network.addressPrefix}`);
      }
    });
  });
}

/**
 * A checked seed. Throws SeedError with every problem at once; `lineOf` says where in a text a path is, when there is
 * one.
 */
export function checkSeed(value: unknown, lineOf: LineOf = () => undefined): Seed {
  const problems: string[] = [];
  const report: Report = (path, problem) => {
    const line = lineOf(path);
    const where = line === undefined ? '' : `line ${line}: `;
    problems.push(`${where}${path === '' ? 'the seed' : path} ${problem}`);
  };
  seedRule(value, '', report);
  if (problems.length === 0) {
    checkReferences(value as Seed, report);
    checkAccess(value as Seed, report);
    checkResources(value as Seed, report);
  }
  const seed = value as Seed;
  if (problems.length === 0 && seed.principals.length === 0) report('principals', 'must name at least one');
  if (problems.length > 0) throw new SeedError(problems);
  return seed;
}

/** A seed from YAML text. Throws SeedError whose problems name the line. */
export function parseSeed(yaml: string): Seed {
  const { value, problems, lineOf } = readYaml(yaml);
  if (problems.length > 0) throw new SeedError(problems);
  return checkSeed(value, lineOf);
}

/** One subscription with a resource group and a network in loopback addresses; the client's secret is drawn anew. */
export function defaultSeed(): Seed {
  return {
    tenantId: '22222222-2222-4222-8222-222222222222',
    subscriptionId: '11111111-1111-4111-8111-111111111111',
    principals: [{ clientId: '33333333-3333-4333-8333-333333333333', secret: randomBytes(24).toString('hex') }],
    resourceGroups: [{ name: 'rg-monitor', location: 'japaneast' }],
    virtualNetworks: [
      {
        resourceGroup: 'rg-monitor',
        name: 'vnet-plant',
        location: 'japaneast',
        addressPrefix: '127.13.0.0/16',
        subnets: [
          { name: 'monitoring', addressPrefix: '127.13.1.0/27' },
          { name: 'monitoring-b', addressPrefix: '127.13.2.0/27' },
        ],
      },
    ],
  };
}
