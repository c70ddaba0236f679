/**
 * What a service account may do by the roles that are bound to it, and what of that it did. Pure; the tests of the rights
 * (test/rights) and of what is installed (test/e2e) use it.
 */
import type { AuditEvent } from '../env/audit-log.ts';

// biome-ignore lint/suspicious/noExplicitAny: any Kubernetes object; what is read here is what an authorizer reads
export type Manifest = any;

export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** One verb on one resource, and the role that gives it: `patch privatemonitoringscopes/status (pms-operator)`. */
export type Right = string;

export interface Grant {
  readonly role: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Absent: the whole cluster. */
  readonly namespace?: string;
  /** Absent: any name. */
  readonly name?: string;
}

export const usernameOf = ({ namespace, name }: Account): string => `system:serviceaccount:${namespace}:${name}`;

/** `patch privatemonitoringscopes/status`, `get configmaps private-monitoring/pms-records`. */
export function callText(verb: string, resource: string, place: readonly (string | undefined)[]): string {
  const at = place.filter(part => part !== undefined).join('/');
  return at === '' ? `${verb} ${resource}` : `${verb} ${resource} ${at}`;
}

const textOf = ({ role, verb, resource, namespace, name }: Grant): Right =>
  `${callText(verb, resource, [namespace, name])} (${role})`;

/** Whether a binding gives its role to the account, also as a user or by a group that every account is in. */
export const isBoundTo = (binding: Manifest, account: Account): boolean =>
  /^(Cluster)?RoleBinding$/.test(binding.kind) &&
  (binding.subjects ?? []).some(({ kind, namespace, name }: Manifest) =>
    kind === 'ServiceAccount'
      ? name === account.name && namespace === account.namespace
      : name === usernameOf(account) || /^system:(authenticated|serviceaccounts)(:|$)/.test(name),
  );

/** The role that a binding names, among `objects`. Throws when it is not there. */
export function roleOf({ metadata: { namespace }, roleRef }: Manifest, objects: readonly Manifest[]): Manifest {
  const isIt = ({ kind, metadata }: Manifest) =>
    kind === roleRef.kind &&
    metadata.name === roleRef.name &&
    (kind === 'ClusterRole' || metadata.namespace === namespace);
  const role = objects.find(isIt);
  if (role === undefined) throw new Error(`${roleRef.kind} ${roleRef.name} is bound and not there`);
  return role;
}

/** Every right of the account, one for each verb, resource and name. Throws for a rule with `*`. */
export function grantsOf(objects: readonly Manifest[], account: Account): readonly Grant[] {
  return objects
    .filter(object => isBoundTo(object, account))
    .flatMap(binding => {
      const role = roleOf(binding, objects);
      return role.rules.flatMap((rule: Manifest) => grantsIn(rule, role.metadata.name, binding.metadata.namespace));
    });
}

function grantsIn(rule: Manifest, role: string, namespace: string | undefined): readonly Grant[] {
  const { apiGroups, resources, verbs, resourceNames = [undefined] } = rule;
  if ([apiGroups, resources, verbs].flat().includes('*')) throw new Error(`a rule with *: ${JSON.stringify(rule)}`);
  const place = namespace === undefined ? {} : { namespace };
  const named = resourceNames.map((name?: string) => (name === undefined ? place : { ...place, name }));
  return apiGroups.flatMap((group: string) =>
    resources.flatMap((resource: string) =>
      verbs.flatMap((verb: string) => named.map((at: object) => ({ role, verb, group, resource, ...at }))),
    ),
  );
}

/** Sorted, each once. */
export const rightsOf = (grants: readonly Grant[]): readonly Right[] => [...new Set(grants.map(textOf))].sort();

/** The rights that the calls needed, sorted. A patch or an update that made something needed `create` too. */
export function usedRights(grants: readonly Grant[], calls: readonly AuditEvent[]): readonly Right[] {
  const used = calls.flatMap(call => {
    const { resource, subresource, namespace, name, apiGroup = '' } = call.objectRef ?? {};
    const made = ['patch', 'update'].includes(call.verb) && call.responseStatus?.code === 201;
    const verbs = made ? [call.verb, 'create'] : [call.verb];
    return grants.filter(
      grant =>
        verbs.includes(grant.verb) &&
        grant.group === apiGroup &&
        grant.resource === (subresource ? `${resource}/${subresource}` : resource) &&
        (grant.namespace === undefined || grant.namespace === namespace) &&
        (grant.name === undefined || grant.name === name),
    );
  });
  return rightsOf(used);
}
