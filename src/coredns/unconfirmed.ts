/**
 * What is written and not yet seen to be served: kept in the ConfigMap beside the records until a server answers it, so
 * that a process after this one can still take it out. Its text changes only with the block. Pure; src/coredns only.
 */

/** The key of it; gone once a server answered. */
export const UNCONFIRMED_KEY = 'pms.unconfirmed';

export interface Unconfirmed {
  /** Sorted. */
  readonly names: readonly string[];
  /** Epoch ms of the last write that brought some of them. */
  readonly since: number;
  /** `coredns_reload_failed_total` by server name, before that write; servers that did not tell are left out. */
  readonly failures: Readonly<Record<string, number>>;
  /** Whether CoreDNS looks at its configuration by itself. */
  readonly willReload: boolean;
}

/** For the data of an apply: nothing to confirm, no key. */
export const unconfirmedData = (unconfirmed: Unconfirmed | undefined): Readonly<Record<string, string>> =>
  unconfirmed === undefined ? {} : { [UNCONFIRMED_KEY]: renderUnconfirmed(unconfirmed) };

/** Most that the key can take once these names are published. */
export const unconfirmedBytes = (names: readonly string[]): number =>
  Buffer.byteLength(UNCONFIRMED_KEY) +
  Buffer.byteLength(renderUnconfirmed({ names, since: 0, failures: {}, willReload: true }));

const renderUnconfirmed = ({ names, since, failures, willReload }: Unconfirmed): string =>
  `${JSON.stringify({ since: new Date(since).toISOString(), willReload, failures, names: [...names].sort() })}\n`;

/** `undefined` for a text that is not one of ours: then nothing is known to wait for an answer. */
export function parseUnconfirmed(text: string): Unconfirmed | undefined {
  const value = fieldsIn(text);
  const { names, since, willReload, failures } = value;
  const at = Date.parse(String(since));
  if (!Array.isArray(names) || names.length === 0 || !Number.isFinite(at)) return undefined;
  const counted = typeof failures === 'object' && failures !== null ? Object.entries(failures) : [];
  return {
    names: names.filter(name => typeof name === 'string'),
    since: at,
    failures: Object.fromEntries(counted.filter((one): one is [string, number] => typeof one[1] === 'number')),
    willReload: willReload !== false,
  };
}

function fieldsIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
