/**
 * The HTTP side: sends each request to the resource manager, Entra ID or the admin calls, waits as long as the real
 * service would, writes the journal. Knows HTTP and the three parts, no resource type.
 */
import { randomUUID } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { type AdminOptions, adminCall } from './admin.ts';
import type { AdminCaller, Refusal } from './admin-guard.ts';
import type { Bound } from './bound.ts';
import type { EntraRoute } from './entra/entra.ts';
import type { ArmAnswer, ArmRequest } from './frame/arm.ts';
import { type FrontOptions, front } from './front.ts';
import type { CallFacts, JournalEntry } from './journal.ts';
import type { Work } from './latency.ts';

export interface AppOptions extends AdminOptions, Omit<FrontOptions, 'clock' | 'serviceOf'> {
  readonly entra: readonly EntraRoute[];
  readonly arm: (request: ArmRequest, facts: CallFacts) => Promise<ArmAnswer>;
  readonly guard: (caller: AdminCaller) => Refusal | undefined;
  /** The page and what it asks for; added behind the guard. */
  readonly page: (hono: Hono<Bound>) => void;
  /** Resolves when what the answer tells of can be found: listeners of private endpoints. */
  readonly ready: () => Promise<void>;
}

const serviceOf = (method: string, path: string): JournalEntry['service'] | 'page' => {
  if (method === 'GET' && (path === '/' || path === '/_sim/events')) return 'page';
  if (path === '/_sim' || path.startsWith('/_sim/')) return 'admin';
  if (/^\/+(subscriptions|providers)\//i.test(path)) return 'arm';
  return /^\/[^/]+\/([^/]+\/)?(oauth2|discovery|\.well-known)\//i.test(path) ? 'entra' : 'arm';
};

export function app(options: AppOptions): Hono<Bound> {
  const { world, entra, arm } = options;
  const { clock, latency } = world;
  const hono = front({ ...options, serviceOf });

  const wait = (work: Work, signal: AbortSignal): Promise<void> => {
    const delayMs = latency.answerMs(work);
    if (delayMs === 0) return Promise.resolve();
    return new Promise(resolve => {
      const cancel = clock.after(delayMs, resolve);
      const stop = () => {
        cancel();
        resolve();
      };
      signal.addEventListener('abort', stop, { once: true });
    });
  };

  hono.use(async (context, next) => {
    const service = context.get('service');
    if (service !== 'admin' && service !== 'page') return next();
    const { remoteAddress } = context.env.incoming.socket;
    const refusal = options.guard({
      method: context.req.method,
      remoteAddress,
      header: name => context.req.header(name),
    });
    if (refusal === undefined) return next();
    const { status, headers, reason } = refusal;
    return Response.json({ error: reason }, { status, headers });
  });
  options.page(hono);

  hono.all('/_sim/*', async context => {
    const { method, path, url } = context.req;
    const request = { method, path, query: new URL(url).searchParams, text: await context.req.text() };
    const answer = adminCall(options, request);
    await options.ready();
    return Response.json(answer.body, { status: answer.status });
  });

  const entraCall =
    ({ answer }: EntraRoute) =>
    async (context: Context<Bound>): Promise<Response> => {
      const { req } = context;
      const correlationId = req.header('client-request-id') ?? randomUUID();
      const facts = Object.assign(context.get('facts'), { correlationId });
      const { status, body } = await answer({
        tenant: req.param('tenant') ?? '',
        query: new URL(req.url).searchParams,
        form: new URLSearchParams(req.method === 'POST' ? await req.text() : ''),
        authorization: req.header('authorization'),
        facts,
      });
      await wait('read', req.raw.signal);
      const headers = { 'cache-control': 'no-store, no-cache', pragma: 'no-cache', 'x-ms-request-id': randomUUID() };
      return Response.json(body, { status, headers });
    };
  for (const route of entra) hono.on(route.method, route.path, entraCall(route));

  hono.all('*', async context => {
    const { raw, method } = context.req;
    const text = await context.req.text();
    const request = { method, url: new URL(raw.url), headers: raw.headers, text };
    const { response, work } = await arm(request, context.get('facts'));
    await wait(work, raw.signal);
    await options.ready();
    return response;
  });

  return hono;
}
