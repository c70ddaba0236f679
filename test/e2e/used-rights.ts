/**
 * What a service account may do by the roles that are bound to it, and what of that it did, from the API server's audit
 * log. Pure; test/e2e uses it.
 */
import type { AuditEvent } from '../env/audit-log.ts';
import type { Manifest } from './installation.ts';

/** One verb on one resource: `patch privatemonitoringscopes/status`, `get configmaps private-monitoring/pms-records`. */
export type Right = string;

interface Grant {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Absent: the whole cluster. */
  readonly namespace?: string;
  /** Absent: any name. */
  readonly name?: string;
}

const textOf = ({ verb, resource, namespace, name }: Grant): Right => {
  const place = [namespace, name].filter(part => part !== undefined).join('/');
  return place === '' ? `${verb} ${resource}` : `${verb} ${resource} ${place}`;
};

/** Every right of the account, sorted, one for each verb, resource and name. Throws for a rule with `*`. */
export function rightsOf(objects: readonly Manifest[], account: string): readonly Right[] {
  return [...new Set(grantsOf(objects, account).map(textOf))].sort();
}

function grantsOf(objects: readonly Manifest[], account: string): readonly Grant[] {
  const bindings = objects.filter(
    ({ kind, subjects }) =>
      /^(Cluster)?RoleBinding$/.test(kind) && subjects.some(({ name }: Manifest) => name === account),
  );
  return bindings.flatMap(({ metadata: { namespace }, roleRef }) => {
    const isIt = ({ kind, metadata }: Manifest) =>
      kind === roleRef.kind && metadata.name === roleRef.name && metadata.namespace === namespace;
    const role = objects.find(isIt);
    if (role === undefined) throw new Error(`${roleRef.kind} ${roleRef.name} is bound and not there`);
    return role.rules.flatMap((rule: Manifest) => grantsIn(rule, namespace));
  });
}

function grantsIn(rule: Manifest, namespace: string | undefined): readonly Grant[] {
  const { apiGroups, resources, verbs, resourceNames = [undefined] } = rule;
  if ([apiGroups, resources, verbs].flat().includes('*')) throw new Error(`a rule with *: ${JSON.stringify(rule)}`);
  const place = namespace === undefined ? {} : { namespace };
  const named = resourceNames.map((name?: string) => (name === undefined ? place : { ...place, name }));
  return apiGroups.flatMap((group: string) =>
    resources.flatMap((resource: string) =>
      verbs.flatMap((verb: string) => named.map((at: object) => ({ verb, group, resource, ...at }))),
    ),
  );
}

/** The rights among `objects` that the calls needed, sorted. A patch or an update that made
 * something needed `create` too. */
export function usedRights(
  objects: readonly Manifest[],
  account: string,
  calls: readonly AuditEvent[],
): readonly Right[] {
  const grants = grantsOf(objects, account);
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
  return [...new Set(used.map(textOf))].sort();
}
