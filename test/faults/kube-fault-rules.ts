/**
 * What the fault proxy in front of the API server (kube-fault-proxy.ts) does to which calls: rules as plain data, and the
 * count of the calls that each has met. Used by test/faults alone.
 */

/** One call of the API server, as the proxy has read it. */
export interface KubeCall {
  /** From 1, over all calls of the proxy. */
  readonly number: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
  /** The body as text; empty when there is none. */
  readonly body: string;
}

export interface KubeMatch {
  /** Default: every method. */
  readonly method?: readonly string[];
  readonly path?: RegExp;
  /** Default: watches and all others alike. */
  readonly isWatch?: boolean;
  /** The first match that counts, from 1; default 1. */
  readonly nth?: number;
  /** How many matches it meets from there; default: 1 with `nth`, otherwise all. */
  readonly times?: number;
}

export interface Disturbance {
  readonly delayMs?: number;
  /** Nothing comes any more, and the connection stays open. */
  readonly hang?: true;
  readonly reset?: true;
}

export interface KubeAftermath extends Disturbance {
  /** Of a watch: the connection is reset after so many bytes of its body. */
  readonly cutAfterBytes?: number;
  /** Of a watch: the first event of this type, and of this object if one is named, is not passed on. */
  readonly dropEvent?: { readonly type: string; readonly name?: string };
  /** Of a watch: lines that come before all others. */
  readonly firstLines?: readonly string[];
}

export interface KubeInstead {
  /** The API server never sees the call; the body is a Status. */
  readonly status: number;
  readonly reason?: string;
  readonly retryAfterSeconds?: number;
}

export interface KubeFault {
  readonly match: KubeMatch;
  readonly before?: Disturbance;
  readonly instead?: KubeInstead | 'firstAnswer';
  readonly after?: KubeAftermath;
}

export interface KubeFaults {
  /** The rule that meets this call, if any; counts it. The first rule that meets it decides. */
  meet(call: KubeCall): KubeFault | undefined;
  /** From now on these rules, counted from nothing. */
  load(rules: readonly KubeFault[]): void;
  /** How many calls each rule has met, in their order. */
  met(): readonly number[];
}

const fits = ({ method, path, isWatch }: KubeMatch, call: KubeCall): boolean =>
  (method === undefined || method.includes(call.method)) &&
  (path === undefined || path.test(call.path)) &&
  (isWatch === undefined || isWatch === call.isWatch);

export function kubeFaults(): KubeFaults {
  let rules: { readonly fault: KubeFault; seen: number; met: number }[] = [];
  return {
    meet: call => {
      let found: KubeFault | undefined;
      for (const rule of rules) {
        if (!fits(rule.fault.match, call)) continue;
        rule.seen += 1;
        const { nth = 1, times = rule.fault.match.nth === undefined ? Number.POSITIVE_INFINITY : 1 } = rule.fault.match;
        if (found !== undefined || rule.seen < nth || rule.seen >= nth + times) continue;
        rule.met += 1;
        found = rule.fault;
      }
      return found;
    },
    load: next => {
      rules = next.map(fault => ({ fault, seen: 0, met: 0 }));
    },
    met: () => rules.map(rule => rule.met),
  };
}

/** The Status that an API server answers with. */
export const statusOf = ({ status, reason = 'InternalError' }: KubeInstead): string =>
  JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `the fault proxy answers ${status}`,
    reason,
    code: status,
  });
