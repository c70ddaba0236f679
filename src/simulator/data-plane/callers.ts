/**
 * Who calls the data plane: bearer tokens of the tenant, made out to the service in question.
 */
import type { AccessTokens, Verdict } from '../entra/access-tokens.ts';
import type { Caller } from '../entra/principals.ts';
import { type DataCall, type DataError, pipelineError, queryError } from './answers.ts';

/** Log Analytics API access page; both names of the service. */
const queryAudiences = ['https://api.loganalytics.io', 'https://api.loganalytics.azure.com'];
const monitorAudiences = ['https://monitor.azure.com'];

const bearer = (call: DataCall): string | undefined => {
  const [scheme, token] = call.header('authorization')?.split(' ') ?? [];
  return scheme?.toLowerCase() === 'bearer' && token !== '' ? token : undefined;
};

async function callerOf(
  call: DataCall,
  check: (token: string) => Promise<Verdict>,
  refuse: (given: 'none' | 'wrong') => DataError,
): Promise<Caller> {
  const token = bearer(call);
  if (token === undefined) throw refuse('none');
  const verdict = await check(token);
  if (verdict.kind !== 'valid') throw refuse('wrong');
  call.facts.principal = verdict.caller.clientId;
  return verdict.caller;
}

/**
 * The caller of a query. Without a token 401 AuthorizationRequiredError (seen in public test data), for one that does not
 * hold here 403 InvalidTokenError (Log Analytics API errors page).
 */
export const queryCaller = (call: DataCall, tokens: AccessTokens): Promise<Caller> =>
  callerOf(
    call,
    token => tokens.check(token, queryAudiences),
    given => {
      if (given === 'none') {
        return queryError(401, 'AuthorizationRequiredError', 'Valid authentication was not provided');
      }
      const inner = { code: 'SignatureVerificationFailed', message: 'Could not validate the request' };
      return queryError(403, 'InvalidTokenError', 'The provided authentication is not valid for this resource', inner);
    },
  );

/** The caller of an ingestion or configuration service. The status is documented, the words are ours. */
export const monitorCaller = (call: DataCall, tokens: AccessTokens): Promise<Caller> =>
  callerOf(
    call,
    token => tokens.check(token, monitorAudiences),
    () =>
      pipelineError(
        401,
        'InvalidAuthenticationToken',
        'The authentication token is missing, expired or not for https://monitor.azure.com.',
      ),
  );
