/**
 * What every call passes, whichever part answers it: the journal, the fault plan, the cut-off switch, the limit for
 * bodies. The parts put their routes behind it (app.ts, data-plane/).
 */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Bound, Service } from './bound.ts';
import { isoTime } from './clock.ts';
import { type Exchange, exchanges } from './exchange.ts';
import { cutOff, underPlan, type WireFaults } from './faults/http.ts';
import type { CallFacts, JournalEntry } from './journal.ts';
import { journalBody } from './journal-bodies.ts';

export interface Reachability {
  /** While true every call but the admin's ends in a reset connection. */
  denied: boolean;
}

export interface FrontOptions extends WireFaults {
  readonly record: (entry: JournalEntry) => void;
  readonly reachability: Reachability;
  /** Whether the journal keeps bodies, without secrets. */
  readonly keepBodies: boolean;
  /** Which part a path belongs to. */
  readonly serviceOf: (method: string, path: string) => Service;
}

/** ARM refuses bodies above 4 MB. */
const mostBytes = 4 * 1024 * 1024;

const tooLarge = { error: { code: 'RequestContentTooLarge', message: 'The request content is too large.' } };

async function bodies(context: Context<Bound>): Promise<Pick<JournalEntry, 'request' | 'response'>> {
  const sent = await context.req.text().catch(() => '');
  const answered = context.get('cut') ? '' : await context.res.clone().text();
  const request = journalBody(sent, context.req.header('content-type') ?? null);
  const response = journalBody(answered, context.res.headers.get('content-type'));
  return { ...(request === undefined ? {} : { request }), ...(response === undefined ? {} : { response }) };
}

async function exchangeOf(context: Context<Bound>): Promise<Exchange> {
  const { req, res } = context;
  const { fault } = context.get('facts');
  return {
    service: context.get('service') as JournalEntry['service'],
    method: req.method,
    url: req.url,
    requestHeaders: req.raw.headers,
    request: await req.text().catch(() => ''),
    status: res.status,
    responseHeaders: res.headers,
    response: await res.clone().text(),
    ...(fault === undefined ? {} : { fault }),
  };
}

/** A Hono that does all that; routes are added to it. */
export function front(options: FrontOptions): Hono<Bound> {
  const { clock, connections, reachability } = options;
  const hono = new Hono<Bound>();

  hono.use(async (context, next) => {
    const startedAtMs = clock.now();
    const { method, path } = context.req;
    const service = options.serviceOf(method, path);
    const facts: CallFacts = {};
    context.set('facts', facts);
    context.set('service', service);
    context.set('cut', false);
    // The page watches; what it asks is no event that it would show.
    if (service === 'page') return next();
    if (service === 'admin') await next();
    else if (reachability.denied) {
      connections.reset(context.env.incoming.socket);
      cutOff(context);
    } else await underPlan(context, next, service, options);
    const kept = options.keepBodies && service !== 'admin' ? await bodies(context) : {};
    if (exchanges.hasSubscribers && !context.get('cut')) exchanges.publish(await exchangeOf(context));
    const host = service === 'data-plane' ? context.req.header('host') : undefined;
    options.record({
      time: isoTime(startedAtMs),
      service,
      method,
      path,
      apiVersion: facts.apiVersion,
      principal: facts.principal,
      status: context.get('cut') ? 0 : context.res.status,
      durationMs: clock.now() - startedAtMs,
      correlationId: facts.correlationId,
      ...(host === undefined ? {} : { host }),
      ...(facts.fault === undefined ? {} : { fault: facts.fault }),
      ...kept,
    });
  });
  hono.use(bodyLimit({ maxSize: mostBytes, onError: context => context.json(tooLarge, 413) }));
  hono.onError((error, context) => {
    // A body that broke off, or came in a way that nobody can read: the caller's fault, who has mostly gone.
    // `destroyed` would not do: a request that was read to its end is that too.
    const { incoming } = context.env;
    if (context.req.raw.signal.aborted || incoming.errored || !incoming.complete) return context.body(null, 400);
    process.emitWarning(error);
    return context.json({ error: { code: 'InternalServerError', message: 'A fault of the simulator itself.' } }, 500);
  });
  return hono;
}
