/**
 * Why no token could be had, in words that help: the AADSTS code that hides in the text, the authority that cannot be
 * reached, the certificate that is not trusted. MSAL tells the last two as one and without a cause, so the discovery
 * document is asked for once more, by us (facts: azure-sdk 6, toolchain "TLS and HTTP"). src/azure only.
 */
import { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } from '@azure/core-rest-pipeline';
import { type Failure, failed, PortError, stalled, waiting } from '../domain/failures.ts';
import { errorCode, trustHint } from './errors.ts';
import type { AzureSettings } from './settings.ts';

const MESSAGE_MAX = 600;

/** AADSTS codes of a passing trouble: throttled, service busy, temporary server error. */
const TRANSIENT = /AADSTS(50196|90006|90024|90033|90055)\b|temporarily_unavailable/;

/**
 * The federated token is not trusted, or not at this time: a new federated credential takes minutes to work, and the
 * kubelet renews the token by itself. Nothing of ours has to be restarted for it.
 */
const FEDERATION = /AADSTS(70021|700211|700212|700213|700024)\b/;
const FEDERATION_RETRY_MS = 60_000;

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
  if (told !== undefined) return refusal(words, clean(`${who}: ${told}`));
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
  const status = /Http status code: (\d+)/.exec(words)?.[1];
  if (status !== undefined) {
    // MSAL would go on with the page and with every header, cookies and times included.
    return failed(
      'AzureUnreachable',
      `no token: ${settings.authorityHost} answered HTTP ${status} with nothing of its own (a proxy?)`,
    );
  }
  return failed('AuthenticationFailed', clean(`${who}: ${words === '' ? 'refused without a reason' : words}`));
}

function refusal(words: string, message: string): Failure {
  if (TRANSIENT.test(words)) return failed('AuthenticationFailed', message);
  if (FEDERATION.test(words)) return waiting('AuthenticationFailed', message, FEDERATION_RETRY_MS);
  return stalled('AuthenticationFailed', message);
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
    const usable = status === 200 ? 'answers, but gives no token' : `is not usable as an authority (HTTP ${status})`;
    return failed('AzureUnreachable', `${host} ${usable}: ${words}`);
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
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length <= MESSAGE_MAX ? line : `${line.slice(0, MESSAGE_MAX)}...`;
}
