/**
 * Whose an association or an extension on a machine is. Neither stands in the inventory: a thousand machines would not fit
 * in it, so Azure itself says it. A rule's association by its name, as links do; that with an endpoint by its
 * description, since Azure fixes its name; the extension by its tag. Pure.
 */
import type { MachineSystem } from './collection-resources.ts';
import {
  type AgentExtension,
  type Association,
  agentId,
  associationId,
  ENDPOINT_ASSOCIATION,
} from './machine-resources.ts';
import { isOwnLinkName, linkName, OWNER_TAG, ownershipOf, ownerText, shortName } from './names.ts';
import type { ArmId, Owner } from './resources.ts';

/** The association of a machine with our rule: the first thing that it is given, and the last that it loses. */
export const ruleAssociationId = (machineId: ArmId, system: MachineSystem, owner: Owner): ArmId =>
  associationId(machineId, linkName(`pms-${system.toLowerCase()}`, owner));

export const endpointAssociationId = (machineId: ArmId): ArmId => associationId(machineId, ENDPOINT_ASSOCIATION);

/** Everything that we may put on a machine. */
export const idsOn = (machineId: ArmId, owner: Owner): readonly ArmId[] => [
  endpointAssociationId(machineId),
  ...(['Linux', 'Windows'] as const).flatMap(system => [
    ruleAssociationId(machineId, system, owner),
    agentId(machineId, system),
  ]),
];

export const isEndpointAssociation = ({ id }: Pick<Association, 'id'>): boolean =>
  shortName(id).toLowerCase() === ENDPOINT_ASSOCIATION.toLowerCase();

const PREFIX = `${OWNER_TAG}: `;
const BEFORE = '; before: ';

/** `pms-owner: <installation>/<namespace>/<name>; before: <endpoint id>` */
export const ownDescription = (owner: Owner, before?: ArmId): string =>
  `${PREFIX}${ownerText(owner)}${before === undefined ? '' : `${BEFORE}${before}`}`;

/** The owner that a description names, and the endpoint that the machine had before; `undefined` when it is nobody's. */
function readDescription(description = ''): { readonly owner: string; readonly before?: ArmId } | undefined {
  if (!description.startsWith(PREFIX)) return undefined;
  const [owner = '', before] = description.slice(PREFIX.length).split(BEFORE);
  return before === undefined ? { owner } : { owner, before };
}

export function isOurAssociation(association: Association, owner: Owner): boolean {
  if (!isEndpointAssociation(association)) return isOwnLinkName(shortName(association.id), owner);
  return readDescription(association.description)?.owner === ownerText(owner);
}

/** What another object of this operator, or of another one, is named as. */
export const otherOwner = (association: Association, owner: Owner): string | undefined => {
  const told = readDescription(association.description)?.owner;
  return told === ownerText(owner) ? undefined : told;
};

/** The endpoint that ours has replaced. */
export const endpointBefore = ({ description }: Association): ArmId | undefined => readDescription(description)?.before;

export const isOurAgent = ({ tags }: AgentExtension, owner: Owner): boolean => ownershipOf(tags, owner) === 'Ours';
