/**
 * A plan as text, the way people know it from Terraform: `+` create, `~` update with each difference, `-` delete; and
 * what a step waits for. Pure; for the demo, the plan command and golden tests.
 */
import { accessField } from './access.ts';
import { nameOf } from './converge.ts';
import { labelOf, OWNER_TAG, shortName } from './names.ts';
import type { ArmId, Want, WantOf } from './resources.ts';
import type { Action, Plan, Step } from './steps.ts';

const MARK = { Ready: '=', Waiting: '…', Stalled: '!', Failed: '!' } as const;

/** One block a step: `mark name  reason: message`, then a line for each action. */
export const planText = (plan: Plan): string => `${plan.steps.map(stepText).join('\n')}\n`;

const NOTE_TEXT = {
  Confirmed: 'passed the trial',
  Opened: 'is open again',
  Shared: 'was closed by another object for both',
} as const;
const ADOPT_TEXT = { Adopted: 'is adopted as', Created: 'is ours and is listed as' } as const;

/** One action in one line and its details below it, indented. */
export function actionLines(action: Action): readonly string[] {
  switch (action.verb) {
    case 'create':
      return [`+ ${nameOf(action.want)} (${action.why})`, ...fieldsOf(action.want).map(field => `    ${field}`)];
    case 'update':
      return [`~ ${nameOf(action.want)}`, ...action.changes.map(c => `    ${c.field}: ${c.found} -> ${c.wanted}`)];
    case 'delete':
      return [
        `- ${nameOf({ kind: action.kind, name: labelOf(action.id) })}`,
        ...(action.changes ?? []).map(c => `    ${c.field}: ${c.found} -> ${c.wanted} (made again)`),
      ];
    case 'close':
    case 'open':
      return [
        `~ ${nameOf({ kind: action.kind, name: labelOf(action.id) })} (${action.verb === 'close' ? 'isolation' : action.why})`,
        ...action.changes.map(c => `    ${accessField(action.kind, c.access)}: ${c.found} -> ${c.wanted}`),
      ];
    case 'note':
      return [`= ${action.key}: ${action.accesses.join(', ')} ${NOTE_TEXT[action.is]}`];
    case 'untag':
      return [`~ ${nameOf({ kind: action.kind, name: labelOf(action.id) })}`, `    tags.${OWNER_TAG}: taken off`];
    case 'adopt':
      return [`= ${shortName(action.id)} ${ADOPT_TEXT[action.origin]} ${action.key}`];
    case 'forget':
      return [`= ${action.key} leaves the inventory (${action.why})`];
    case 'publish':
      return [`~ records: ${action.records.records.length} to publish`];
    case 'unpublish':
      return [`- records in ${action.target}`];
    case 'export':
      return [`~ exports: ${Object.keys(action.data).sort().join(', ')}`];
    case 'unexport':
      return ['- exports'];
    case 'join':
      return [`~ machines: ${counted(action.joins)} what is missing`, ...namesOf(action.joins)];
    case 'leave':
      return [`~ machines: ${counted(action.leaves)} no longer what is ours`, ...namesOf(action.leaves)];
  }
}

type Many = readonly { readonly machineId: ArmId }[];

/** A wave has more machines than anybody reads. */
const MACHINES_SHOWN = 5;

const counted = (items: Many): string => (items.length === 1 ? '1 is given' : `${items.length} are given`);

function namesOf(items: Many): readonly string[] {
  const more = items.length - MACHINES_SHOWN;
  const shown = items.slice(0, MACHINES_SHOWN).map(({ machineId }) => `    ${shortName(machineId)}`);
  return more > 0 ? [...shown, `    and ${more} more`] : shown;
}

function stepText({ name, verdict }: Step): string {
  const mark = verdict.actions.length > 0 ? '>' : MARK[verdict.state];
  const unknown = verdict.unknown ? ' (unknown)' : '';
  const head = `${mark} ${name.padEnd(17)} ${verdict.reason}${unknown}: ${verdict.message}`;
  return [head, ...verdict.actions.flatMap(actionLines).map(line => `    ${line}`)].join('\n');
}

function fieldsOf(want: Want): readonly string[] {
  switch (want.kind) {
    case 'workspace': {
      const { location, retentionInDays, dailyQuotaGb } = want;
      const stated = { location, retentionInDays, dailyQuotaGb };
      return Object.entries(stated).flatMap(([field, value]) => (value === undefined ? [] : [`${field}: ${value}`]));
    }
    case 'privateLinkScope':
      // PrivateOnly, when it is asked for, comes last.
      return ['ingestion: Open', 'query: Open'];
    case 'scopedResource':
      return [`linkedResourceId: ${want.targetId}`];
    case 'privateEndpoint':
      return [
        `location: ${want.location}`,
        `subnet: ${want.subnetId}`,
        `connects: ${want.scopeId}`,
        ...(want.approval === 'Manual' ? ['approval: Manual'] : []),
      ];
    case 'dataCollectionEndpoint':
      return [`location: ${want.location}`];
    case 'dataCollectionRule':
      return ruleFields(want);
    case 'zoneGroup':
      return want.configs.map(({ zoneId }) => `zone: ${zoneId}`);
    case 'dnsZone':
      return [];
    case 'zoneLink':
      return [`zone: ${want.zoneId}`, `network: ${want.networkId}`];
  }
}

const ruleFields = (want: WantOf<'dataCollectionRule'>): readonly string[] => [
  ...(want.place === undefined ? [] : [`location: ${want.place.location}`, `endpoint: ${want.place.endpointId}`]),
  `workspace: ${want.workspaceId}`,
  ...(want.performance === undefined
    ? []
    : [`performance: ${want.performance.counters.length} counters, ${want.performance.samplingFrequencyInSeconds} s`]),
  ...(want.syslog === undefined
    ? []
    : [`syslog: ${want.syslog.facilities.join(', ')} at ${want.syslog.levels.join(', ')}`]),
  ...(want.vmInsights ? ['VM insights: detailed metrics'] : []),
];
