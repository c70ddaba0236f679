/**
 * Why no token could be had, in words that help: the AADSTS code that hides in the text, the authority that cannot be
 * reached, the certificate that is not trusted. MSAL tells the last two as one and without a cause, so the discovery
 * document is asked for once more, by us (facts: azure-sdk 6, toolchain "TLS and HTTP"). src/azure only.
 */
import { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } from '@azure/core-rest-pipeline';
import { type Failure, failed, PortError, stalled } from '../domain/failures.ts';
import { errorCode, trustHint } from './errors.ts';
import type { AzureSettings } from './settings.ts';

const MESSAGE_MAX = 600;

/** AADSTS codes of a passing trouble: throttled, service busy, temporary server error. */
const TRANSIENT = /AADSTS(50196|90006|90024|90033|90055|500200)\b|temporarily_unavailable/;

const FILE_CODES = ['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR'];

/** The failure behind whatever a credential threw. Asks the authority once when the error itself does not tell. */
export async function credentialFailure(
  thrown: unknown,
  settings: AzureSettings,
  signal: AbortSignal,
): Promise<Failure> {
  if (thrown instanceof PortError) return thrown.failure;
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  const who = `client ${settings.clientId} in tenant ${settings.tenantId}`;
  const told = aadsts(words);
  const clean = (text: string) => redact(text, settings);
  if (told !== undefined) {
    const message = clean(`${who}: ${told}`);
    return TRANSIENT.test(words) ? failed('AuthenticationFailed', message) : stalled('AuthenticationFailed', message);
  }
  const file = settings.federatedTokenFile;
  const unreadable = FILE_CODES.find(candidate => words.includes(candidate));
  if (file !== undefined && unreadable !== undefined) {
    return failed('AuthenticationFailed', `the federated token file ${file} cannot be read: ${unreadable}`);
  }
  if (signal.aborted) {
    return failed('AzureUnreachable', `${settings.authorityHost} gave no token within the deadline`);
  }
  if (errorCode(thrown) !== undefined || /endpoints_resolution|network_error/i.test(words)) {
    return authorityFailure(settings, { words: clean(words), who, signal });
  }
  return failed('AuthenticationFailed', clean(`${who}: ${words}`));
}

/** `AADSTS7000215: Invalid client secret provided.`, without ids and times that differ in every answer. */
function aadsts(words: string): string | undefined {
  const line = words.replace(/\s+/g, ' ');
  const found = /AADSTS[0-9]+.*/.exec(line)?.[0];
  return found?.split(/ ?(?:Trace ID|Correlation ID|Timestamp)\b/)[0]?.trim();
}

async function authorityFailure(
  settings: AzureSettings,
  { words, who, signal }: { words: string; who: string; signal: AbortSignal },
): Promise<Failure> {
  const host = settings.authorityHost;
  try {
    const url = new URL(`${settings.tenantId}/v2.0/.well-known/openid-configuration`, `${host.replace(/\/+$/, '')}/`);
    const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });
    const request = createPipelineRequest({ url: url.href, abortSignal: signal });
    const { status, bodyAsText } = await pipeline.sendRequest(createDefaultHttpClient(), request);
    const told = aadsts(unescapeJson(bodyAsText ?? ''));
    if (told !== undefined) return stalled('AuthenticationFailed', redact(`${who}: ${told}`, settings));
    const message = `${host} is not usable as an authority (its discovery document: HTTP ${status}): ${words}`;
    return failed('AzureUnreachable', message);
  } catch (cause) {
    const code = errorCode(cause);
    const why = code ?? (cause instanceof Error ? cause.message : words);
    return failed('AzureUnreachable', `no token: ${host} cannot be reached: ${why}${trustHint(code)}`);
  }
}

/** The error_description of an OAuth error body, or the text as it is. */
function unescapeJson(body: string): string {
  try {
    const { error_description: description } = JSON.parse(body);
    return typeof description === 'string' ? description : '';
  } catch {
    return body;
  }
}

/** Takes out the secret and anything that looks like a token, and cuts. */
function redact(text: string, { clientSecret }: AzureSettings): string {
  const open = clientSecret ? text.replaceAll(clientSecret, '[redacted]') : text;
  const line = open
    .replace(/eyJ[\w-]+(\.[\w-]+){1,2}/g, '[redacted]')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= MESSAGE_MAX ? line : `${line.slice(0, MESSAGE_MAX)}...`;
}
