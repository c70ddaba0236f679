/**
 * CredentialsReady: whether calls to Azure can be made at all, and as whom. Pure.
 */
import type { Observed } from './observed.ts';
import { ready, untold, type Verdict } from './steps.ts';

export function judgeIdentity(seen: Observed): Verdict {
  if (seen.identity.is === 'unread') return untold(seen.identity.failure);
  if (seen.identity.is === 'absent') return ready('TokenObtained', 'no credentials are needed');
  const { tenantId, clientId } = seen.identity.body;
  return ready('TokenObtained', `token for client ${clientId} of tenant ${tenantId}`);
}
