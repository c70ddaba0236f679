/**
 * What `pms check` looks at in Azure: the token, and for an object everything that it needs to be there beforehand and
 * what the preflight of its plan says.
 */

import { observe } from '../../controller/observe.ts';
import type { World } from '../../controller/world.ts';
import { desire } from '../../domain/desire.ts';
import { failureOf } from '../../domain/failures.ts';
import { type Finding, failing, lookedAt, passed, skipped, warned } from '../../domain/finding.ts';
import { plan } from '../../domain/plan.ts';
import { judgePrerequisites } from '../../domain/prerequisites.ts';
import type { Azure } from '../../ports.ts';
import { readPrerequisites } from '../inquiry/prerequisites.ts';
import { lookingPass, type Surroundings } from '../inquiry/surroundings.ts';

/** Whether a token can be had. */
export async function checkToken(azure: Azure, signal: AbortSignal): Promise<Finding> {
  const check = 'token';
  try {
    const { clientId, tenantId } = await azure.identity(signal);
    return passed(check, `for client ${clientId} of tenant ${tenantId}`);
  } catch (thrown) {
    signal.throwIfAborted();
    return failing(check, failureOf(thrown).message, 'check the AZURE_* settings of the operator');
  }
}

/** In place of what an object would tell. */
export const noObject: Finding = skipped(
  'prerequisites of an object',
  'give -f FILE to have subscription, resource group, providers, subnet and rights looked at',
);

/** Everything that the object needs of Azure. */
export async function checkObject(around: Surroundings, signal: AbortSignal): Promise<readonly Finding[]> {
  const want = desire(around.object, around.world.installation);
  const findings = judgePrerequisites(want, await readPrerequisites(want, around.azure, signal));
  return [...findings, await lookedAt('preflight', () => checkPreflight(around, around.world, signal))];
}

async function checkPreflight(around: Surroundings, world: World, signal: AbortSignal): Promise<Finding> {
  const check = 'preflight';
  const want = desire(around.object, world.installation);
  const { steps } = plan(want, await observe(want, lookingPass(around, signal)), world.rules);
  const verdict = steps.find(({ name }) => name === 'PreflightPassed')?.verdict;
  if (verdict === undefined) throw new TypeError('a plan without a preflight');
  const cure = `docs/troubleshooting.md#${verdict.reason.toLowerCase()}`;
  if (verdict.state !== 'Ready') return failing(check, `${verdict.reason}: ${verdict.message}`, cure);
  return verdict.reason === 'PassedWithWarnings'
    ? warned(check, verdict.message, cure)
    : passed(check, verdict.message);
}
