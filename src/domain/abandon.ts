/**
 * The deletion of an abandoned object (annotation `privatemonitoring.dev/abandon: <uid>`): it goes without a word to Azure,
 * where all stays as it is, closed accesses included. Its lines leave DNS first, since nobody would ever take them out
 * later; when that cannot be done, for some minutes at most. Pure. Design section 5.
 */
import { ACCESSES } from './access.ts';
import { nameOf } from './converge.ts';
import type { Desired } from './desire.ts';
import { DRAIN_LIMIT_MS, unpublish } from './drain.ts';
import { shortName } from './names.ts';
import type { InventoryEntry } from './object.ts';
import type { Observed } from './observed.ts';
import type { Kind } from './resources.ts';
import { acts, after, each, type Plan, ready, type Verdict } from './steps.ts';

/** All that the object has is given up in one wave, so that one event can list it: the last. */
export function abandon(want: Desired, seen: Observed): Plan {
  const unpublished = outOfDns(want, seen);
  const left = after({ RecordsPublished: unpublished }, () => each(seen.inventory, leave));
  return {
    mode: 'teardown',
    steps: [
      { name: 'CredentialsReady', verdict: ready('TokenObtained', 'not needed any more') },
      { name: 'RecordsPublished', verdict: unpublished },
      { name: 'Pruned', verdict: left },
    ],
    conflicts: [],
  };
}

function outOfDns(want: Desired, seen: Observed): Verdict {
  const verdict = unpublish(want, seen);
  const isTried = seen.now - (seen.abandonedSince ?? seen.now) >= DRAIN_LIMIT_MS;
  return verdict.state === 'Ready' || !isTried
    ? verdict
    : ready('Released', `records may be left in ${want.dns.target}: ${verdict.message}`);
}

function leave({ key, id, closed }: InventoryEntry): Verdict {
  const [kind] = key.split('/') as [Kind];
  const shut = ACCESSES.filter(access => closed?.before?.[access] !== undefined);
  const message = `${nameOf({ kind, name: shortName(id) })} is left in Azure`;
  return acts('Released', message, { verb: 'forget', key, id, why: 'Retained', closed: shut });
}
