/**
 * How often a CoreDNS refused to reload, from its /metrics page. An HTTP GET to the server's own address; the operator
 * gives it to the targets. Source: coredns/coredns, plugin/reload, README ("Metrics").
 */
import { request } from 'undici';
import type { ReloadDeps } from './target-config.ts';

const TIMEOUT_MS = 2_000;
/** A page is some 50 KiB; more is not one. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Reads the counter; `undefined` when there is no answer in 2 s, or no such counter on the page. */
export const readReloadFailures: ReloadDeps['failures'] = async ({ address }, metricsPort, signal) => {
  const host = address.includes(':') ? `[${address}]` : address;
  try {
    const until = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const answer = await request(`http://${host}:${metricsPort}/metrics`, { signal: until });
    if (answer.statusCode !== 200 || Number(answer.headers['content-length'] ?? 0) > MAX_BYTES) {
      await answer.body.dump();
      return undefined;
    }
    return counterIn(await answer.body.text());
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
};

function counterIn(page: string): number | undefined {
  const value = /^coredns_reload_failed_total(?:\{[^}]*\})? ([0-9.e+]+)$/m.exec(page)?.[1];
  return value === undefined ? undefined : Number(value);
}
