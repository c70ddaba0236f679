/**
 * What `pms check` looks at in Azure: the token, and for an object everything that it needs to be there beforehand and
 * what the preflight of its plan says.
 */
import { desire } from '../../domain/desire.ts';
import { failureOf } from '../../domain/failures.ts';
import { type Finding, failing, passed, skipped, unknown } from '../../domain/finding.ts';
import { plan } from '../../domain/plan.ts';
import { elsewhereFindings, preflightFinding } from '../../domain/preflight-finding.ts';
import { judgePrerequisites } from '../../domain/prerequisites.ts';
import type { Azure } from '../../ports.ts';
import { observeWidely } from '../inquiry/observe-widely.ts';
import { readPrerequisites } from '../inquiry/prerequisites.ts';
import type { Surroundings } from '../inquiry/surroundings.ts';
import { checkReach } from './reach-checks.ts';

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
  const read = await readPrerequisites(want, around.azure, signal);
  const reach = checkReach(around.resourceManager, read, process.env);
  return [reach, ...judgePrerequisites(want, read), ...(await checkPreflight(around, signal))];
}

async function checkPreflight(around: Surroundings, signal: AbortSignal): Promise<readonly Finding[]> {
  const want = desire(around.object, around.world.installation);
  try {
    const seen = await observeWidely(want, around, signal);
    return [preflightFinding(plan(want, seen, around.world.rules)), ...elsewhereFindings(want, seen)];
  } catch (thrown) {
    signal.throwIfAborted();
    return [unknown('preflight', failureOf(thrown))];
  }
}
