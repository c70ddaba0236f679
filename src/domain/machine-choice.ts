/**
 * Which machines an object is about: those that its spec chooses, and those that carry something of ours and are chosen no
 * longer. Pure.
 */
import type { MachinesWant } from './collection-resources.ts';
import { isEndpointAssociation, isOurAgent, isOurAssociation } from './machine-ownership.ts';
import type { AgentExtension, Association, Machine, MachineLeave } from './machine-resources.ts';
import { idKey, type Place, parseId } from './names.ts';
import type { ArmId, Owner, Tags } from './resources.ts';

/** Where the selector looks; the subscription is the object's. */
export interface Choice {
  readonly subscriptionId: string;
  readonly want: MachinesWant | undefined;
}

/** Whether the spec chooses this machine, as it is now. */
export function isChosen(machine: Machine, { subscriptionId, want }: Choice): boolean {
  if (want === undefined) return false;
  if (want.ids.some(id => idKey(id) === idKey(machine.id))) return true;
  const { selector } = want;
  const at = parseId(machine.id);
  const isThere =
    selector !== undefined &&
    at?.type.toLowerCase() === 'microsoft.hybridcompute/machines' &&
    at.subscriptionId.toLowerCase() === subscriptionId.toLowerCase() &&
    at.resourceGroup.toLowerCase() === selector.resourceGroup.toLowerCase();
  return isThere && hasTags(machine.tags, selector.tags);
}

/** Tag names compare without case, as in ARM; values exactly. */
function hasTags(found: Tags, wanted: Tags): boolean {
  const tags = new Map(Object.entries(found).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.entries(wanted).every(([name, value]) => tags.get(name.toLowerCase()) === value);
}

/** The resource groups that the machines of the spec are in. */
export function placesOf({ subscriptionId, want }: Choice): readonly Place[] {
  if (want === undefined) return [];
  const { selector } = want;
  const places = [
    ...(selector === undefined ? [] : [{ subscriptionId, resourceGroup: selector.resourceGroup }]),
    ...want.ids.flatMap(placeOf),
  ];
  return distinctPlaces(places);
}

/** Each once; names compare without case, as in ARM. */
export const distinctPlaces = (places: readonly Place[]): readonly Place[] => [
  ...new Map(places.map(place => [keyOf(place), place])).values(),
];

const keyOf = ({ subscriptionId, resourceGroup }: Place): string => `${subscriptionId}/${resourceGroup}`.toLowerCase();

/** The place of a machine; none of what is no ARM id. */
export const placeOf = (id: ArmId): readonly Place[] => {
  const at = parseId(id);
  return at === undefined ? [] : [{ subscriptionId: at.subscriptionId, resourceGroup: at.resourceGroup }];
};

/** Machines with associations of ours that are not among these, by id. */
export function leavingOf(
  chosen: readonly { readonly id: ArmId }[],
  seen: { readonly associations: readonly Association[]; readonly agents: readonly AgentExtension[] },
  owner: Owner,
): readonly MachineLeave[] {
  const stay = new Set(chosen.map(({ id }) => idKey(id)));
  const ours = seen.associations.filter(
    association => !stay.has(idKey(association.machineId)) && isOurAssociation(association, owner),
  );
  const agents = new Map(
    seen.agents.filter(agent => isOurAgent(agent, owner)).map(agent => [idKey(agent.machineId), agent]),
  );
  return [...Map.groupBy(ours, ({ machineId }) => idKey(machineId))]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, associations]) => {
      const agent = agents.get(key);
      const endpoint = associations.find(isEndpointAssociation);
      return {
        machineId: associations[0]?.machineId ?? key,
        ...(agent === undefined ? {} : { agent }),
        ...(endpoint === undefined ? {} : { endpoint }),
        rules: associations.filter(association => !isEndpointAssociation(association)),
      };
    });
}
