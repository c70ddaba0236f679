/**
 * The administrator's word on the operator's own identity in Azure: which namespaces may act with it, and in which
 * subscriptions and resource groups. Text in, plain data out. The result has the shape of `GlobalIdentityRules` of
 * src/domain/permission.ts, but for the default that only a connection to the cluster tells. src/config only.
 */
import { fields, LABEL, list, name, parseYaml, ROOT_FIELDS, shown, words } from './fields.ts';
import type { Report } from './problems.ts';

export interface AllowedPlace {
  readonly subscriptionId: string;
  /** Absent: every resource group of the subscription. */
  readonly resourceGroups?: readonly string[];
}

export interface GlobalIdentityConfig {
  /** `*` is every namespace; absent: the operator's own. */
  readonly namespaces?: readonly string[];
  /** Absent: wherever Azure lets the identity. */
  readonly allowed?: readonly AllowedPlace[];
}

const PATH = 'globalIdentity';
const SUBSCRIPTION = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const GROUP = {
  isWord: (text: string) => /^[-\w.()]{1,90}$/.test(text) && !text.endsWith('.'),
  meaning: 'the name of a resource group, as rg-monitor',
};

/** Reports every problem with its path: `globalIdentity.allowed[0].subscriptionId`. */
export function readGlobalIdentity(text: string, file: string, report: Report): GlobalIdentityConfig {
  const told: Report = problem => report(`${file}: ${problem}`);
  // What is no YAML or no map at all is told by the reader of the targets.
  const unsaid: Report = () => {};
  const root = fields(parseYaml(text, unsaid)?.value, '', ROOT_FIELDS, unsaid);
  if (root[PATH] === undefined) return {};
  const { namespaces, allowed } = fields(root[PATH], PATH, ['namespaces', 'allowed'], told);
  return {
    ...(namespaces === undefined ? {} : { namespaces: readNamespaces(namespaces, told) }),
    ...(allowed === undefined ? {} : { allowed: readAllowed(allowed, told) }),
  };
}

/** An empty list is one: then nobody acts with the operator's own identity. */
const readNamespaces = (value: unknown, report: Report): readonly string[] =>
  list(value, `${PATH}.namespaces`, report).map((item, index) =>
    item === '*' ? '*' : name(item, `${PATH}.namespaces[${index}]`, LABEL, report),
  );

function readAllowed(value: unknown, report: Report): readonly AllowedPlace[] {
  const places = list(value, `${PATH}.allowed`, report);
  if (Array.isArray(value) && value.length === 0) report(`${PATH}.allowed is empty: leave it out to allow all`);
  return places.map((item, index) => readPlace(item, `${PATH}.allowed[${index}]`, report));
}

function readPlace(value: unknown, path: string, report: Report): AllowedPlace {
  const { subscriptionId, resourceGroups } = fields(value, path, ['subscriptionId', 'resourceGroups'], report);
  const isId = typeof subscriptionId === 'string' && SUBSCRIPTION.test(subscriptionId);
  if (!isId) report(`${path}.subscriptionId is ${shown(subscriptionId)}: it must be a UUID`);
  if (Array.isArray(resourceGroups) && resourceGroups.length === 0) {
    report(`${path}.resourceGroups is empty: leave it out to allow all of the subscription`);
  }
  return {
    subscriptionId: isId ? subscriptionId : '',
    ...(resourceGroups === undefined
      ? {}
      : { resourceGroups: words(resourceGroups, `${path}.resourceGroups`, GROUP, report) }),
  };
}
