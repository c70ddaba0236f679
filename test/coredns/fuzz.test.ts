/**
 * Texts of others at random: a Corefile that is written from known blocks is read as them, one that is spoiled is read or
 * refused with its place; and whatever Azure shows becomes records that the hosts text can hold, or is refused.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { checkBlocks } from '../../src/coredns/corefile-checks.ts';
import { readCorefile } from '../../src/coredns/corefile-reader.ts';
import { CorefileError } from '../../src/coredns/corefile-tokens.ts';
import { parseHosts, renderHosts } from '../../src/coredns/hosts-text.ts';
import { mergeClaim } from '../../src/domain/merge.ts';
import { recordsOf } from '../../src/domain/records.ts';
import { propertyRuns } from '../model/property-runs.ts';
import { AKS, K3S, KUBEADM } from './corefiles.ts';

const PATH = '/etc/coredns/Corefile';
const read = (text: string) => readCorefile({ path: PATH, files: new Map([[PATH, text]]), folders: ['/etc/coredns'] });

const word = fc.stringMatching(/^[a-z0-9./:*\\-]{1,12}$/).filter(text => text !== 'import');
/** Quotation marks do not keep a brace that stands alone from being one. */
const quoted = fc.stringMatching(/^[a-z #{}\n]{0,8}$/).filter(text => !/^[{}]$/.test(text));
const argument = fc.oneof(
  { weight: 4, arbitrary: word.map(text => ({ text, written: text })) },
  { weight: 1, arbitrary: quoted.map(text => ({ text, written: `"${text}"` })) },
);
const directive = fc.record({ name: word, words: fc.array(argument, { maxLength: 4 }), isBlock: fc.boolean() });
const block = fc.record({
  keys: fc.array(word, { minLength: 1, maxLength: 3 }),
  directives: fc.array(directive, { maxLength: 4 }),
});
const space = fc.constantFrom(' ', '\t', '  ');
const lineEnd = fc.constantFrom('\n', '\r\n', ' # a comment {\n', '\n\n');

interface Block {
  readonly keys: readonly string[];
  readonly directives: readonly {
    readonly name: string;
    readonly words: readonly { readonly text: string; readonly written: string }[];
    readonly isBlock: boolean;
  }[];
}

/** The words of a directive as they are read: with what is in its braces. */
const wordsOf = ({ words, isBlock }: Block['directives'][number]): readonly string[] => [
  ...words.map(({ text }) => text),
  ...(isBlock ? ['{', 'ttl', '60', '}'] : []),
];

function written(blocks: readonly Block[], gap: string, end: string): string {
  const line = ({ name, words, isBlock }: Block['directives'][number]) => {
    const head = [name, ...words.map(one => one.written)].join(gap);
    return isBlock ? `${head}${gap}{${end}${gap}ttl${gap}60${end}${gap}}${end}` : `${head}${end}`;
  };
  return blocks
    .map(({ keys, directives }) => `${keys.join(gap)}${gap}{${end}${directives.map(line).join(gap)}}${end}`)
    .join('');
}

/** A text that somebody has cut, doubled or typed into. */
const spoiled = fc
  .tuple(
    fc.constantFrom(AKS, K3S, KUBEADM),
    fc.array(
      fc.record({
        at: fc.nat(),
        length: fc.nat({ max: 12 }),
        typed: fc.constantFrom(
          '',
          '{',
          '}',
          '"',
          '#',
          '\n',
          'import x',
          'import ../Corefile',
          '(a) {',
          '\u0000',
          '\\"',
          ',\n',
        ),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce<string>((from, { at, length, typed }) => {
      const place = at % from.length;
      return from.slice(0, place) + typed + from.slice(place + length);
    }, text),
  );

suite('a Corefile of anybody', () => {
  test('is read as it was meant, whatever its spaces, line ends, comments and quotation marks', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 4 }), space, lineEnd, (blocks, gap, end) => {
        // A snippet is no block; a comma at the end of a key would go on in the next line.
        const text = written(blocks, gap, end);
        const found = read(text).blocks;
        assert.deepEqual(
          found.map(({ keys, directives }) => ({
            keys: keys.map(key => key.text),
            directives: directives.map(({ name, words }) => [name.text, ...words.map(one => one.text)]),
          })),
          blocks.map(({ keys, directives }) => ({
            keys,
            directives: directives.map(one => [one.name, ...wordsOf(one)]),
          })),
        );
        for (const { start, end: close } of found) assert.equal(text[close - 1], '}', text.slice(start, close));
      }),
      propertyRuns(500),
    );
  });

  test('is read, or refused with file and line, when it is spoiled', () => {
    let refused = 0;
    fc.assert(
      fc.property(spoiled, text => {
        try {
          checkBlocks(read(text).blocks, []);
        } catch (thrown) {
          assert.ok(thrown instanceof CorefileError, String(thrown));
          assert.match(thrown.message, /^\/etc\/coredns\/Corefile, line \d+: ./);
          refused++;
        }
      }),
      propertyRuns(1_500),
    );
    assert.ok(refused > 100, `${refused} refused`);
  });
});

const NAMES = ['api.monitor.azure.com', 'x.ods.opinsights.azure.com', 'scadvisorcontentpl.blob.core.windows.net'];
const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
/** As long as a name may be: its twin is longer. */
const LONGEST = `${`${'a'.repeat(58)}.`.repeat(4)}monitor.azure.com`;
const fqdn = fc.oneof(
  fc.constantFrom(...NAMES, 'API.Monitor.Azure.com.', 'api.privatelink.monitor.azure.com', 'evil.example', LONGEST),
  fc.array(label, { minLength: 1, maxLength: 6 }).map(labels => `${labels.join('.')}.monitor.azure.com`),
  fc.tuple(fc.constantFrom(...NAMES), fc.string({ maxLength: 4 })).map(parts => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom(
    '10.13.1.4',
    '10.13.1.4\n10.9.9.9',
    '010.13.1.4',
    'fe80::1%eth0',
    '',
    '127.0.0.1',
    '10.13.1.4 evil.example',
  ),
  fc.string({ maxLength: 8 }),
);
const shown = fc.record({
  networkInterface: fc.record({
    id: fc.constant('nic'),
    entries: fc.array(fc.record({ member: fc.string(), address, fqdns: fc.array(fqdn, { maxLength: 3 }) }), {
      maxLength: 6,
    }),
  }),
  endpoint: fc.record({
    customDnsConfigs: fc.array(fc.record({ fqdn, addresses: fc.array(address, { maxLength: 3 }) }), { maxLength: 4 }),
  }),
});

suite('whatever Azure shows of an endpoint', () => {
  test('becomes records that are published as they are, and the rest is refused by name', () => {
    let published = 0;
    fc.assert(
      fc.property(shown, fc.boolean(), (sources, knowsSubnet) => {
        const rules = {
          aliases: true,
          blobStorage: true,
          extraAliases: [{ name: 'logs.plant.example', sameAs: 'api.monitor.azure.com' }],
          allowLists: { allowedSuffixes: ['plant.example', 'azure.com', 'loganalytics.io'] },
          subnetPrefixes: knowsSubnet ? ['10.13.1.0/24'] : [],
          allowLoopback: false,
        };
        const { records } = recordsOf(sources, rules);
        const { lines } = mergeClaim([], { owner: 'plant/a', records });
        assert.deepEqual(parseHosts(renderHosts(lines)), { lines, unreadable: [] });
        published += lines.length;
        for (const { name, addresses } of lines) {
          assert.ok(!name.includes('evil'), name);
          assert.ok(!addresses.some(one => one.startsWith('127.')), `${name} ${addresses}`);
          assert.ok(!knowsSubnet || addresses.every(one => one.startsWith('10.13.1.')), `${name} ${addresses}`);
        }
      }),
      propertyRuns(1_000),
    );
    assert.ok(published > 100, `${published} published`);
  });
});
