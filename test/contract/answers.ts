/**
 * What every answer of the Resource Manager has, whatever the type: its own headers, addresses of operations that lead
 * back to it, errors in one shape, lists as `value`. Says what is wrong, one line each.
 */

/** Status codes that an error may have; 500 is never one that a caller should meet. */
const errorStatuses = new Set([400, 401, 403, 404, 405, 409, 412, 413, 415, 421, 429, 503]);

const always = ['x-ms-request-id', 'x-ms-correlation-request-id', 'x-ms-routing-request-id'];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of the common type ErrorDetail, each with what it must be. */
const errorMembers: Readonly<Record<string, (value: unknown) => boolean>> = {
  code: value => typeof value === 'string',
  message: value => typeof value === 'string',
  target: value => typeof value === 'string' || value === null,
  details: value => Array.isArray(value) || value === null,
  additionalInfo: Array.isArray,
  innererror: isObject,
};

/** Where an error stands: outermost, or in `details`; there a code may be null (recorded), and any member, if `open`. */
interface Place {
  readonly at: string;
  readonly inner: boolean;
  readonly open: boolean;
}

function errorDetail(detail: unknown, { at, inner, open }: Place): readonly string[] {
  if (!isObject(detail)) return [`${at} must be an object`];
  const missing = ['code', 'message']
    .filter(name => detail[name] === undefined)
    .map(name => `${at}/${name} is missing`);
  const wrong = Object.entries(detail).flatMap(([name, value]) => {
    const fits = errorMembers[name];
    if (fits === undefined) return inner && open ? [] : [`${at}/${name} is not described`];
    return fits(value) || (inner && value === null) ? [] : [`${at}/${name} has the wrong type`];
  });
  const more = Array.isArray(detail.details) ? detail.details : [];
  const place = (index: number): Place => ({ at: `${at}/details/${index}`, inner: true, open });
  return [...missing, ...wrong, ...more.flatMap((each, index) => errorDetail(each, place(index)))];
}

export interface ErrorAnswer {
  readonly method: string;
  readonly status: number;
  /** Undefined for an empty answer. */
  readonly body: unknown;
  /** Whether an entry of `details` may have members of its own, as the description of Resource Graph says. */
  readonly openDetails: boolean;
}

/** A status from 400 on: one that may be, with `{"error": {"code", "message", ...}}`; a HEAD and a 404 may be empty. */
export function errorComplaints({ method, status, body, openDetails }: ErrorAnswer): readonly string[] {
  if (!errorStatuses.has(status)) return [`status ${status} is none that Azure answers to a caller's mistake`];
  if (body === undefined) return method === 'HEAD' || status === 404 ? [] : ['/ an error has a body'];
  if (!isObject(body)) return ['/ an error is a JSON object'];
  const others = Object.keys(body).filter(name => name !== 'error');
  return [
    ...others.map(name => `/${name} is not described`),
    ...errorDetail(body.error, { at: '/error', inner: false, open: openDetails }),
  ];
}

function addressComplaint(name: string, value: string, origin: string): readonly string[] {
  if (!URL.canParse(value, origin)) return [`header ${name} is no address`];
  const { origin: host, searchParams } = new URL(value, origin);
  const onHost = host === origin ? [] : [`header ${name} leads to another host`];
  return [...onHost, ...(searchParams.has('api-version') ? [] : [`header ${name} has no api-version`])];
}

export interface AnswerHead {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly hasBody: boolean;
}

/** The headers that every answer has, and that those of long-running work are what a client can follow. */
export function headerComplaints({ url, status, headers, hasBody }: AnswerHead): readonly string[] {
  const { origin } = new URL(url);
  // A body that is too large is refused at the door, before there is a request that could have an id.
  const own = status === 413 ? [] : always;
  const missing = own.filter(name => !headers.has(name)).map(name => `header ${name} is missing`);
  const addresses = ['azure-asyncoperation', 'location'].flatMap(name => {
    const value = headers.get(name);
    return value === null ? [] : addressComplaint(name, value, origin);
  });
  const wait = headers.get('retry-after');
  const waits = wait === null || /^\d{1,5}$/.test(wait) ? [] : ['header retry-after is no number of seconds'];
  const throttled = status === 429 && wait === null ? ['header retry-after is missing'] : [];
  const type = headers.get('content-type') ?? '';
  const json = hasBody && !type.startsWith('application/json') ? ['header content-type is not application/json'] : [];
  return [...missing, ...addresses, ...waits, ...throttled, ...json];
}

/** The resources of a list; undefined when the body is none. */
export function listItems(body: unknown): readonly unknown[] | undefined {
  return isObject(body) && Array.isArray(body.value) ? body.value : undefined;
}

/** What a list may have beside its resources: where the next page is, and how many there are in all. */
export function listComplaints(url: string, body: unknown): readonly string[] {
  if (!isObject(body) || !Array.isArray(body.value)) return ['/value must be a list'];
  const { nextLink } = body;
  const others = Object.keys(body).filter(name => !['value', 'nextLink', 'count', 'totalCount'].includes(name));
  const wrong =
    nextLink === undefined || nextLink === null || typeof nextLink === 'string' ? [] : ['/nextLink is no text'];
  const origin = new URL(url).origin;
  const next = typeof nextLink === 'string' && nextLink !== '' ? addressComplaint('nextLink', nextLink, origin) : [];
  return [...others.map(name => `/${name} is not described`), ...wrong, ...next];
}

/** A resource says who it is: id, name and type, the type being the asked one in whatever letter case. */
export function identityComplaints(type: string, body: unknown): readonly string[] {
  if (!isObject(body)) return ['/ a resource is a JSON object'];
  const missing = ['id', 'name', 'type']
    .filter(name => typeof body[name] !== 'string')
    .map(name => `/${name} is missing`);
  const own = String(body.type ?? '').toLowerCase();
  return own === '' || own === type.toLowerCase() ? missing : [...missing, `/type is ${body.type}, not ${type}`];
}
