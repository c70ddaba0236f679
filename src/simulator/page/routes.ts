/**
 * The page's two addresses: `/`, and `/_sim/events`, which tells an open page that something has changed. Both stand
 * behind the guard of the admin calls (app.ts).
 */
import { createHash } from 'node:crypto';
import type { Hono } from 'hono';
import type { Bound } from '../bound.ts';
import { type PageView, page } from './document.ts';
import { script, style } from './style.ts';

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    `style-src ${hash(style)}`,
    `script-src ${hash(script)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

export interface PageOptions {
  readonly view: () => PageView;
  /** Calls back after each change of what the page shows, until the returned function is called. */
  readonly watch: (changed: () => void) => () => void;
}

/** Open pages at a time. */
const mostStreams = 16;
/** At most so often a page is told, however much happens. */
const paceMs = 500;

function eventStream(options: PageOptions, signal: AbortSignal, ended: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let timer: NodeJS.Timeout | undefined;
  let unwatch = () => {};
  const stop = () => {
    clearTimeout(timer);
    unwatch();
    unwatch = () => {};
    ended();
  };
  return new ReadableStream({
    start: controller => {
      const tell = () => {
        timer = undefined;
        controller.enqueue(encoder.encode('data: changed\n\n'));
      };
      controller.enqueue(encoder.encode('retry: 2000\n\n'));
      unwatch = options.watch(() => {
        timer ??= setTimeout(tell, paceMs).unref();
      });
      signal.addEventListener('abort', stop, { once: true });
    },
    cancel: stop,
  });
}

export const pageRoutes =
  (options: PageOptions) =>
  (hono: Hono<Bound>): void => {
    let streams = 0;
    hono.get('/', () => new Response(page(options.view()), { headers }));
    hono.get('/_sim/events', context => {
      if (streams >= mostStreams) return Response.json({ error: 'too many open pages' }, { status: 503 });
      streams += 1;
      let open = true;
      const ended = () => {
        if (open) streams -= 1;
        open = false;
      };
      const stream = eventStream(options, context.req.raw.signal, ended);
      return new Response(stream, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
    });
  };
