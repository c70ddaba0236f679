/**
 * Whether Azure Resource Manager answers, and which proxy lies on the way to it. `pms check` alone uses it.
 */
import { type Finding, failing, passed } from '../../domain/finding.ts';
import type { Prerequisites } from '../../domain/prerequisites.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** From an answer to any question: what Azure refuses it has answered too. */
export function checkReach(
  endpoint: string,
  { subscription }: Pick<Prerequisites, 'subscription'>,
  environment: Environment,
): Finding {
  const check = 'resource manager';
  const way = wayTo(new URL(endpoint), environment);
  if (subscription.is !== 'unread' || subscription.failure.reason !== 'AzureUnreachable') {
    return passed(check, `${endpoint} answers, ${way}`);
  }
  const cure =
    'let this machine through to it on TCP 443, or set HTTPS_PROXY; NODE_EXTRA_CA_CERTS names a private authority';
  return failing(check, `${endpoint} does not answer, ${way}: ${subscription.failure.message}`, cure);
}

/** As the SDK of Azure chooses it: by the first of these variables, unless NO_PROXY has the host. Never with a password. */
function wayTo({ hostname }: URL, environment: Environment): string {
  const read = (name: string) => environment[name] ?? environment[name.toLowerCase()];
  const proxy = URL.parse(read('HTTPS_PROXY') ?? read('ALL_PROXY') ?? read('HTTP_PROXY') ?? '');
  const bypassed = (read('NO_PROXY') ?? '').split(',').map(item => item.trim().replace(/^\*?\./, ''));
  const isDirect = bypassed.some(
    item => item === '*' || (item !== '' && (hostname === item || hostname.endsWith(`.${item}`))),
  );
  return proxy === null || isDirect ? 'asked directly' : `asked through proxy ${proxy.host}`;
}
