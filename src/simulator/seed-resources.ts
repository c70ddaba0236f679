/**
 * The resources of a seed beyond networks, workspaces and data collection endpoints: zones, components, rules, Arc
 * machines and their scopes, foreign services. Rules and shapes; planting them is in plant-resources.ts.
 */
import type { Tags } from './resources.ts';
import { anyMap, list, map, oneOf, type Report, type Rule, text, texts } from './seed-rules.ts';

interface Placed {
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  readonly tags?: Tags;
}

export interface SeedMachine extends Placed {
  /** Default linux. */
  readonly osName?: 'linux' | 'windows';
  /** What its agent has reported; default `Connected`. `None`: no agent has reported yet. */
  readonly agent?: 'Connected' | 'Disconnected' | 'None';
  readonly agentVersion?: string;
  /** Default: the machine's name. */
  readonly computerName?: string;
  /** How the machine's own DNS answers; default `Private`: with private endpoints' addresses where there are any. */
  readonly resolves?: 'Private' | 'Public';
  /** ARM id of an Arc private link scope. */
  readonly privateLinkScope?: string;
  /** What the agent reports, in ARM's fields; default: what that of a small machine does. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly extensions?: readonly SeedExtension[];
}

export interface SeedExtension {
  readonly name: string;
  readonly publisher: string;
  readonly type: string;
  readonly typeHandlerVersion?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface SeedResources {
  readonly privateDnsZones?: readonly Omit<Placed, 'location'>[];
  readonly components?: readonly Placed[];
  /** `properties` as in a PUT. */
  readonly dataCollectionRules?: readonly (Placed & {
    readonly kind?: string;
    readonly properties: Readonly<Record<string, unknown>>;
  })[];
  readonly machines?: readonly SeedMachine[];
  /** `machine`, `rule` and `endpoint` are ARM ids; of the last two there is one. */
  readonly ruleAssociations?: readonly {
    readonly machine: string;
    readonly name: string;
    readonly rule?: string;
    readonly endpoint?: string;
  }[];
  readonly arcPrivateLinkScopes?: readonly (Placed & { readonly publicNetworkAccess?: 'Enabled' | 'Disabled' })[];
  /** Other services that private endpoints may lead to. */
  readonly foreignServices?: readonly {
    /** ARM id, or the alias of a private link service. */
    readonly id: string;
    readonly groupId?: string;
    /** Whether it approves connections that ask for manual approval; default no. */
    readonly approvesManual?: 'yes' | 'no';
    readonly members?: readonly { readonly name: string; readonly fqdns: readonly string[] }[];
  }[];
  /** Whether workspaces give their shared keys away; default no. */
  readonly sharedKeys?: 'yes' | 'no';
}

const yesNo = oneOf('yes', 'no');
const armId = text('an ARM id', value => /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/./i.test(value));

/** Rules for the optional keys of a seed that hold resources; `placed` is what every placed resource must have. */
export const resourceRules = (placed: Readonly<Record<string, Rule>>): Readonly<Record<string, Rule>> => {
  const { location: _location, ...global } = placed;
  const extension = map(
    { name: text(), publisher: text(), type: text() },
    { typeHandlerVersion: text(), settings: anyMap },
  );
  const machine = map(placed, {
    tags: texts,
    osName: oneOf('linux', 'windows'),
    agent: oneOf('Connected', 'Disconnected', 'None'),
    agentVersion: text(),
    computerName: text(),
    resolves: oneOf('Private', 'Public'),
    privateLinkScope: armId,
    facts: anyMap,
    extensions: list(extension),
  });
  return {
    privateDnsZones: list(map(global, { tags: texts })),
    components: list(map(placed, { tags: texts })),
    dataCollectionRules: list(map({ ...placed, properties: anyMap }, { tags: texts, kind: text() })),
    machines: list(machine),
    ruleAssociations: list(map({ machine: armId, name: text() }, { rule: armId, endpoint: armId })),
    arcPrivateLinkScopes: list(map(placed, { tags: texts, publicNetworkAccess: oneOf('Enabled', 'Disabled') })),
    foreignServices: list(
      map(
        { id: text() },
        { groupId: text(), approvesManual: yesNo, members: list(map({ name: text(), fqdns: list(text()) })) },
      ),
    ),
    sharedKeys: yesNo,
  };
};

/** The lists whose items lie in a resource group. */
export const placedLists = [
  'privateDnsZones',
  'components',
  'dataCollectionRules',
  'machines',
  'arcPrivateLinkScopes',
] as const satisfies readonly (keyof SeedResources)[];

/** What the rules of single values cannot see. */
export function checkResources(seed: SeedResources, report: Report): void {
  seed.ruleAssociations?.forEach((association, index) => {
    if ((association.rule === undefined) === (association.endpoint === undefined)) {
      report(`ruleAssociations[${index}]`, 'must have one of rule and endpoint');
    }
  });
}
