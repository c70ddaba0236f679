/**
 * A DNS target that its administrator retires (`draining`): it takes no new object's records, keeps those of the objects
 * that are on it, and has them told where to go. Once they have gone it is empty, and can be taken out of the
 * configuration. Pure; design section 2 and docs/dns.
 */
import type { Status } from './object.ts';

/** Why an object that is not on the target may not come onto it, as a message. */
export const refusedText = (target: string, instead: readonly string[]): string =>
  `spec.dns.target: DNS target ${target} is being retired and takes no new object's records; ${moveText(instead)}`;

/** What an object that is on it is told, behind how many records are there. */
export const leaveText = (instead: readonly string[]): string =>
  `which is being retired: ${moveText(instead)}; the records move along`;

function moveText(instead: readonly string[]): string {
  if (instead.length > 0) return `set spec.dns.target to ${instead.join(' or ')}`;
  return 'have the administrator let this namespace into another target, and set spec.dns.target to that';
}

/**
 * Whether an object of this generation has published where its spec says, by its own status: what is told of an object
 * whose lines are there no more, since somebody deleted the ConfigMap.
 */
export const hasPublished = ({ conditions = [], recordCount = 0 }: Status, generation: number | undefined): boolean =>
  recordCount > 0 &&
  conditions.some(
    ({ type, status, observedGeneration }) =>
      type === 'RecordsPublished' && status === 'True' && observedGeneration === generation,
  );
