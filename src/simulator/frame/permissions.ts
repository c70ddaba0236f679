/**
 * Who may do what: role assignments of the world, evaluated as Azure's access control does (an action is allowed when an
 * assignment at the scope or above it has it among its actions and not among its `notActions`). A principal of the
 * subscription's tenant that has no assignment at all may do everything: so a seed without assignments needs none.
 */
import type { Caller } from '../entra/principals.ts';
import type { RoleAssignment } from '../resources-management.ts';
import type { World } from '../world.ts';

/** Whether an action is of a form, `*` standing for any characters. */
export function actionMatches(action: string, form: string): boolean {
  const parts = form.toLowerCase().split('*');
  const lower = action.toLowerCase();
  const [first = ''] = parts;
  if (parts.length === 1) return lower === first;
  const last = parts.at(-1) ?? '';
  if (!lower.startsWith(first) || !lower.endsWith(last) || lower.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = lower.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= lower.length - last.length;
}

/** Whether `scope` is `above` or lies below it. */
export function isWithin(scope: string, above: string): boolean {
  const [lower, prefix] = [scope.toLowerCase(), above.toLowerCase().replace(/\/+$/, '')];
  return lower === prefix || lower.startsWith(`${prefix}/`);
}

const everything = (scope: string, clientId: string): RoleAssignment => ({
  id: '',
  clientId,
  scope,
  roleName: 'Owner',
  actions: ['*'],
  notActions: [],
});

/** All assignments of a caller; those of another tenant have none here. */
export function assignmentsOf(world: World, caller: Caller): readonly RoleAssignment[] {
  if (caller.tenantId.toLowerCase() !== world.tenantId.toLowerCase()) return [];
  const own = world.roleAssignments.where('client', caller.clientId);
  return own.length > 0 ? own : [everything(`/subscriptions/${world.subscriptionId}`, caller.clientId)];
}

const grants = ({ actions, notActions }: RoleAssignment, action: string): boolean =>
  actions.some(form => actionMatches(action, form)) && !notActions.some(form => actionMatches(action, form));

/** Whether the caller may do this at that scope (an ARM id). */
export const isAllowed = (world: World, caller: Caller, action: string, scope: string): boolean =>
  assignmentsOf(world, caller).some(each => isWithin(scope, each.scope) && grants(each, action));

/** Whether the caller may do this somewhere below that scope: a list then shows the part that the caller may see. */
export const isAllowedBelow = (world: World, caller: Caller, action: string, scope: string): boolean =>
  assignmentsOf(world, caller).some(each => isWithin(each.scope, scope) && grants(each, action));
