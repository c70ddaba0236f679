/**
 * If-Match and If-None-Match, for the providers that read them: Microsoft.Network compares the etag of the stored
 * resource. Microsoft.Insights and Microsoft.OperationalInsights give etags in bodies and were never seen to read one
 * back, so that they ignore both headers.
 */
import type { ArmError } from './errors.ts';
import { networkError } from './errors.ts';
import type { ArmReply, Verb } from './resource-type.ts';

/** Undefined when there is nothing. */
export type CurrentEtag = () => string | undefined;

/** The etag of a GET: its header, or the field of its body. */
export function etagOf({ headers, body }: ArmReply): string | undefined {
  if (headers?.etag !== undefined) return headers.etag;
  const etag = typeof body === 'object' && body !== null && 'etag' in body ? body.etag : undefined;
  return typeof etag === 'string' ? etag : undefined;
}

const failed = (message: string): ArmError => networkError(412, 'PreconditionFailed', message);

/** Throws ArmError 412 PreconditionFailed. */
export function checkPreconditions(
  headers: Headers,
  call: { readonly namespace: string; readonly verb: Verb; readonly scope: string },
  current: CurrentEtag,
): void {
  const [ifMatch, ifNoneMatch] = [headers.get('if-match'), headers.get('if-none-match')];
  if (ifMatch === null && ifNoneMatch === null) return;
  if (call.namespace.toLowerCase() !== 'microsoft.network' || call.verb === 'GET' || call.verb === 'POST') return;
  const etag = current();
  if (ifNoneMatch === '*' && etag !== undefined) {
    throw failed(`The resource ${call.scope} exists already and hence cannot be created again.`);
  }
  if (ifMatch === null || (ifMatch === '*' && etag !== undefined) || ifMatch === etag) return;
  throw failed(
    `Precondition failed for resource '${call.scope}'. Etag provided in if-match header ${ifMatch} does not match etag ${etag ?? ''} of resource in NRP data store.`,
  );
}
