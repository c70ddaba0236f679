/**
 * The HTTP side: sends each request to the resource manager, Entra ID or the admin calls, waits as long as the real
 * service would, writes the journal. Knows HTTP and the three parts, no resource type.
 */
import { randomUUID } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { type AdminOptions, adminCall } from './admin.ts';
import { isoTime } from './clock.ts';
import type { Entra, EntraAnswer } from './entra/entra.ts';
import type { ArmAnswer, ArmRequest } from './frame/arm.ts';
import type { CallFacts, JournalEntry } from './journal.ts';
import type { Work } from './latency.ts';

export interface AppOptions extends AdminOptions {
  readonly entra: Entra;
  readonly arm: (request: ArmRequest, facts: CallFacts) => Promise<ArmAnswer>;
  readonly record: (entry: JournalEntry) => void;
}

type Variables = { facts: CallFacts; service: JournalEntry['service'] };
type Bound = { Bindings: HttpBindings; Variables: Variables };

/** ARM refuses bodies above 4 MB. */
const mostBytes = 4 * 1024 * 1024;

const serviceOf = (path: string): JournalEntry['service'] => {
  if (path.startsWith('/_sim/')) return 'admin';
  return /\/(oauth2|discovery|\.well-known)\//i.test(path) && !/^\/+subscriptions\//i.test(path) ? 'entra' : 'arm';
};

export function app(options: AppOptions): Hono<Bound> {
  const { world, entra, arm, record, reachability } = options;
  const { clock, latency } = world;
  const hono = new Hono<Bound>();

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
    const startedAtMs = clock.now();
    const { method, path } = context.req;
    const service = serviceOf(path);
    const facts: CallFacts = {};
    context.set('facts', facts);
    context.set('service', service);
    const cut = reachability.denied && service !== 'admin';
    if (cut) {
      context.env.incoming.socket.destroy();
      context.res = RESPONSE_ALREADY_SENT;
    } else await next();
    record({
      time: isoTime(startedAtMs),
      service,
      method,
      path,
      apiVersion: facts.apiVersion,
      principal: facts.principal,
      status: cut ? 0 : context.res.status,
      durationMs: clock.now() - startedAtMs,
      correlationId: facts.correlationId,
    });
  });
  hono.use(
    bodyLimit({
      maxSize: mostBytes,
      onError: context =>
        context.json({ error: { code: 'RequestContentTooLarge', message: 'The request content is too large.' } }, 413),
    }),
  );

  hono.all('/_sim/*', async context => {
    const { method, path } = context.req;
    const answer = adminCall(options, method, path, await context.req.text());
    return Response.json(answer.body, { status: answer.status });
  });

  const entraCall =
    (
      call: (
        tenant: string,
        facts: CallFacts & { correlationId: string },
        form: URLSearchParams,
      ) => EntraAnswer | Promise<EntraAnswer>,
    ) =>
    async (context: Context<Bound>): Promise<Response> => {
      const correlationId = context.req.header('client-request-id') ?? randomUUID();
      const facts = Object.assign(context.get('facts'), { correlationId });
      const form = new URLSearchParams(context.req.method === 'POST' ? await context.req.text() : '');
      const answer = await call(context.req.param('tenant') ?? '', facts, form);
      await wait('read', context.req.raw.signal);
      const headers = { 'cache-control': 'no-store, no-cache', pragma: 'no-cache', 'x-ms-request-id': randomUUID() };
      return Response.json(answer.body, { status: answer.status, headers });
    };
  const discovery = entraCall((tenant, facts) => entra.discovery(tenant, facts.correlationId));
  hono.get('/:tenant/v2.0/.well-known/openid-configuration', discovery);
  hono.get('/:tenant/.well-known/openid-configuration', discovery);
  hono.get(
    '/:tenant/discovery/v2.0/keys',
    entraCall((tenant, facts) => entra.keys(tenant, facts.correlationId)),
  );
  hono.post(
    '/:tenant/oauth2/v2.0/token',
    entraCall((tenant, facts, form) => entra.token(tenant, form, facts)),
  );

  hono.all('*', async context => {
    const { raw, method } = context.req;
    const text = await context.req.text();
    const request = { method, url: new URL(raw.url), headers: raw.headers, text };
    const { response, work } = await arm(request, context.get('facts'));
    await wait(work, raw.signal);
    return response;
  });

  return hono;
}
