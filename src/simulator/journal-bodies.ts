/**
 * Bodies as the journal may keep them: JSON as data, forms as a map, everything else as text, secrets taken out of each,
 * none longer than it is useful. Used by app.ts.
 */

const mostCharacters = 64 * 1024;
const hidden = '***';

/** Names of what must not be written down: secrets, assertions, tokens, shared keys, connection strings. */
const secretName =
  /(secret|password|assertion|token|authorization|signature|connection_?string|access_?key|shared_?key|instrumentation_?key|private_?key|^protected_?settings$|^jwks$)/i;
const harmless = new Set(['token_type', 'skiptoken', '$skiptoken', 'client_assertion_type']);

const isSecret = (name: string): boolean => secretName.test(name) && !harmless.has(name.toLowerCase());

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, isSecret(name) && item !== null ? hidden : without(item)]),
  );
}

function formOf(text: string): Readonly<Record<string, string>> {
  const entries = [...new URLSearchParams(text)];
  return Object.fromEntries(entries.map(([name, value]) => [name, isSecret(name) ? hidden : value]));
}

/** What to keep of a body; undefined for an empty one. Never a secret, whatever the text is. */
export function journalBody(text: string, contentType: string | null): unknown {
  if (text === '') return undefined;
  if (text.length > mostCharacters) return `(${text.length} characters)`;
  if (contentType?.includes('x-www-form-urlencoded') === true) return formOf(text);
  try {
    return without(JSON.parse(text));
  } catch {
    // Neither a form nor JSON: it may hold anything, so only its length is told.
    return `(${text.length} characters that are not JSON)`;
  }
}
