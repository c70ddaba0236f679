/**
 * A question that is asked when a request is about to be written to its connection: after the wait for a free one, and
 * after its TCP and TLS handshakes. Generic; src/kubernetes only. Source: undici, "Dispatcher", `onRequestStart` and
 * `compose`.
 */
import type { Dispatcher } from 'undici';
import type { WriteGuard } from '../ports.ts';
import { KubeError } from './kube-error.ts';

/** For `Dispatcher.compose`: a request to which the guard objects ends with a KubeError, and no byte of it is sent. */
export const atTheLastMoment =
  (guard: WriteGuard): Dispatcher.DispatcherComposeInterceptor =>
  dispatch =>
  (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        const objection = guard();
        if (objection === undefined) handler.onRequestStart?.(controller, context);
        else controller.abort(new KubeError(`not sent: ${objection}`));
      },
      onRequestUpgrade: (...told) => handler.onRequestUpgrade?.(...told),
      onResponseStart: (...told) => handler.onResponseStart?.(...told),
      onResponseData: (...told) => handler.onResponseData?.(...told),
      onResponseEnd: (...told) => handler.onResponseEnd?.(...told),
      onResponseError: (...told) => handler.onResponseError?.(...told),
    });
