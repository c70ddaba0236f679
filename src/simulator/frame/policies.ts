/**
 * Policies with the effect `deny`: one resource type and at most one condition each, which is what a seed can say. The
 * refusal has the parts that clients take apart: target, policy identifiers in the message, and the evaluation.
 */
import type { PolicyDenial, PolicyOperator } from '../resources-management.ts';
import type { World } from '../world.ts';
import { ArmError } from './errors.ts';
import { isWithin } from './permissions.ts';
import type { Json } from './resource-type.ts';

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** The value at a dotted path, keys in any letter case. */
function valueAt(body: Json, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    if (!isJson(value)) return undefined;
    return Object.entries(value).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
  }, body);
}

const like = (value: string, form: string): boolean => {
  const [start = '', ...rest] = form.toLowerCase().split('*');
  const lower = value.toLowerCase();
  if (rest.length === 0) return lower === start;
  const end = rest.at(-1) ?? '';
  return lower.length >= start.length + end.length && lower.startsWith(start) && lower.endsWith(end);
};

const sameText = (value: unknown, wanted: string): boolean => String(value).toLowerCase() === wanted.toLowerCase();

const operators: Readonly<Record<PolicyOperator, (value: unknown, wanted: readonly string[]) => boolean>> = {
  Equals: (value, wanted) => wanted.some(each => sameText(value, each)),
  NotEquals: (value, wanted) => !wanted.some(each => sameText(value, each)),
  In: (value, wanted) => wanted.some(each => sameText(value, each)),
  NotIn: (value, wanted) => !wanted.some(each => sameText(value, each)),
  Like: (value, wanted) => wanted.some(each => like(String(value), each)),
  NotLike: (value, wanted) => !wanted.some(each => like(String(value), each)),
  Exists: (value, wanted) => (value !== undefined) === (wanted[0]?.toLowerCase() === 'true'),
};

interface PolicyCall {
  /** ARM id of what is written, as asked. */
  readonly scope: string;
  readonly name: string;
  /** In canonical letter case. */
  readonly resourceType: string;
  readonly body: Json;
}

function denies(policy: PolicyDenial, call: PolicyCall): boolean {
  if (policy.resourceType.toLowerCase() !== call.resourceType.toLowerCase()) return false;
  if (!isWithin(call.scope, policy.scope)) return false;
  const { condition } = policy;
  return (
    condition === undefined ||
    operators[condition.operator](valueAt(call.body, condition.field), [condition.value].flat())
  );
}

function evaluationOf({ condition }: PolicyDenial, { resourceType, body }: PolicyCall): readonly Json[] {
  const byType = {
    result: 'True',
    expressionKind: 'Field',
    expression: 'type',
    path: 'type',
    expressionValue: resourceType,
    targetValue: resourceType,
    operator: 'Equals',
  };
  if (condition === undefined) return [byType];
  const { field, operator, value } = condition;
  const expression = field.startsWith('properties.') ? `${resourceType}/${field.slice('properties.'.length)}` : field;
  const expressionValue = valueAt(body, field);
  const found = expressionValue === undefined ? {} : { expressionValue };
  return [
    byType,
    { result: 'True', expressionKind: 'Field', expression, path: field, ...found, targetValue: value, operator },
  ];
}

const lastOf = (id: string): string => id.split('/').at(-1) ?? '';

/** Throws ArmError 403 RequestDisallowedByPolicy with every policy that denies. */
export function checkPolicies(world: World, call: PolicyCall): void {
  const denying = world.policyDenials.all().filter(policy => denies(policy, call));
  if (denying.length === 0) return;
  const identifiers = denying.map(({ id, displayName, definitionId }) => ({
    policyAssignment: { name: displayName, id },
    policyDefinition: { name: displayName, id: definitionId, version: '1.0.0' },
  }));
  throw new ArmError(403, {
    code: 'RequestDisallowedByPolicy',
    target: call.name,
    message: `Resource '${call.name}' was disallowed by policy. Policy identifiers: '${JSON.stringify(identifiers)}'.`,
    additionalInfo: denying.map(policy => ({
      type: 'PolicyViolation',
      info: {
        evaluationDetails: { evaluatedExpressions: evaluationOf(policy, call) },
        policyDefinitionId: policy.definitionId,
        policyDefinitionName: lastOf(policy.definitionId),
        policyDefinitionDisplayName: policy.displayName,
        policyDefinitionVersion: '1.0.0',
        policyDefinitionEffect: 'deny',
        policyAssignmentId: policy.id,
        policyAssignmentName: lastOf(policy.id),
        policyAssignmentDisplayName: policy.displayName,
        policyAssignmentScope: policy.scope,
        policyAssignmentParameters: {},
        policyExemptionIds: [],
        policyEnrollmentIds: [],
      },
    })),
  });
}
