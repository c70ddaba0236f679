/**
 * What the resolver's answers come to, beside the records. Pure. src/commands/doctor only.
 */
import { type Finding, failing, passed, warned } from '../../domain/finding.ts';
import { isOfInternet } from './addresses.ts';
import { counted, type Lookup, someOf } from './machine.ts';
import type { WantedRecord } from './records-input.ts';
import type { ResolverFiles } from './system-resolver.ts';

const CHECK = 'names';

/** How a name is wrong, the cause that would hide the others first. */
type Kind = 'hosts' | 'silent' | 'absent' | 'public' | 'elsewhere';

interface Wrong {
  readonly kind: Kind;
  /** `api.monitor.azure.com -> 20.43.70.1, not 10.13.1.7` */
  readonly text: string;
}

/** One finding a cause, in the order in which they are to be mended; one that passes when no name is wrong. */
export function judgeNames(
  records: readonly WantedRecord[],
  answers: ReadonlyMap<string, Lookup>,
  files: ResolverFiles,
): readonly Finding[] {
  const wrong = records.flatMap(record => wrongOf(record, answers.get(record.name) ?? { state: 'silent' }, files));
  const findings = (['hosts', 'silent', 'absent', 'public', 'elsewhere'] as const).flatMap(kind => {
    const texts = wrong.filter(one => one.kind === kind).map(({ text }) => text);
    if (texts.length === 0) return [];
    const [what, cure] = WORDS[kind];
    const many = `${texts.length} of ${counted(records.length, 'name')} ${what[texts.length === 1 ? 0 : 1]}`;
    return [failing(kind === 'hosts' ? 'hosts file' : CHECK, `${many}: ${someOf(texts)}`, cure(files))];
  });
  if (findings.length > 0) return findings;
  const count = records.length === 1 ? 'the name resolves' : `all ${records.length} names resolve`;
  return [passed(CHECK, `${count} to the addresses of the records and to no other`)];
}

function wrongOf(record: WantedRecord, answer: Lookup, { hosts }: ResolverFiles): readonly Wrong[] {
  const { name, addresses } = record;
  if (answer.state !== 'answered') return [{ kind: answer.state, text: name }];
  if (answer.addresses.length === 0) return [{ kind: 'absent', text: name }];
  const others = answer.addresses.filter(address => !addresses.includes(address));
  if (others.length === 0) return [];
  const instead = `${name} -> ${others.join(', ')}, not ${addresses.join(', ')}`;
  const line = others.map(address => hosts.get(`${address} ${name}`)).find(found => found !== undefined);
  if (line !== undefined) return [{ kind: 'hosts', text: `line ${line}: ${instead}` }];
  return [{ kind: others.some(isOfInternet) ? 'public' : 'elsewhere', text: instead }];
}

const serversText = ({ servers, file }: ResolverFiles): string =>
  servers.length === 0 ? 'its DNS server' : `${servers.join(' and ')} (${file})`;

/** What is said of one name, and of several; and what to do. */
const WORDS: Readonly<Record<Kind, readonly [readonly [string, string], (files: ResolverFiles) => string]>> = {
  hosts: [
    ['has an old address in /etc/hosts', 'have old addresses in /etc/hosts'],
    () => 'take the lines out of /etc/hosts, or put what `pms records NAME -o hosts` prints in their place',
  ],
  silent: [
    ['got no answer', 'got no answer'],
    files => `let this machine reach ${serversText(files)} on port 53, UDP and TCP`,
  ],
  absent: [
    ['does not resolve', 'do not resolve'],
    files => `let ${serversText(files)} serve the records, or forward to the DNS target that has them`,
  ],
  public: [
    ['resolves to a public address', 'resolve to public addresses'],
    files => `let ${serversText(files)} serve the records, AAAA included, or let this machine ask the DNS target`,
  ],
  elsewhere: [
    ['resolves to another private address', 'resolve to other private addresses'],
    files => `look in ${serversText(files)} for the records of another private endpoint, or for old ones of this`,
  ],
};

/** Whom the machine asks: nothing is right or wrong about it, and every cure begins there. */
export const resolverFinding = ({ servers, file }: ResolverFiles): Finding =>
  servers.length === 0
    ? warned('resolver', `no DNS server is named in ${file}`, 'name the server that has the records')
    : passed('resolver', `asks ${servers.join(', ')} (${file})`);
