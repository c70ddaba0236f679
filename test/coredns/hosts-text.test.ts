import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HEADER, MAX_LINE_BYTES, parseHosts, renderHosts } from '../../src/coredns/hosts-text.ts';
import type { PublishedLine } from '../../src/domain/merge.ts';
import { publishedLines } from './arbitraries.ts';

const line = (name: string, addresses: readonly string[], owners: readonly string[]): PublishedLine => ({
  name,
  addresses,
  owners,
});

describe('the hosts text', () => {
  it('has a header, then one record a line, sorted by name and address, with its owners', () => {
    const text = renderHosts([
      line('x.ods.opinsights.azure.com', ['10.1.2.5', '10.1.2.10'], ['plant/plant-a']),
      line('api.monitor.azure.com', ['10.1.2.4'], ['plant/plant-a', 'other/b']),
    ]);
    assert.equal(
      text,
      `${HEADER}10.1.2.4 api.monitor.azure.com # other/b plant/plant-a
10.1.2.10 x.ods.opinsights.azure.com # plant/plant-a
10.1.2.5 x.ods.opinsights.azure.com # plant/plant-a
`,
    );
  });

  it('is a comment when nothing is published', () => {
    assert.equal(renderHosts([]), HEADER);
    assert.match(HEADER, /^#.*\n$/);
    assert.deepEqual(parseHosts(HEADER), { lines: [], unreadable: [] });
  });

  it('gives the same bytes for the same lines in any order, and reads back as what was written', () => {
    fc.assert(
      fc.property(publishedLines, fc.integer(), (lines, seed) => {
        const text = renderHosts(lines);
        const shuffled = [...lines].sort((a, b) => ((a.name.length * 7 + seed) % 3) - ((b.name.length * 5 + seed) % 3));
        assert.equal(renderHosts(shuffled), text);
        const read = parseHosts(text);
        assert.deepEqual(read, { lines, unreadable: [] });
        assert.equal(renderHosts(read.lines), text);
      }),
    );
  });

  it('never fails on a text that somebody edited, and what it reads can be written', () => {
    const word = fc.oneof(
      fc.constantFrom(
        '10.1.2.4',
        'fd00::4',
        'api.monitor.azure.com',
        'API.monitor.azure.com.',
        'plant/a',
        'b/c',
        '#',
        '{',
      ),
      fc.string({ maxLength: 12 }),
    );
    const edited = fc.array(fc.array(word, { maxLength: 6 }), { maxLength: 12 });
    fc.assert(
      fc.property(edited, rows => {
        const { lines } = parseHosts(rows.map(row => row.join(' ')).join('\n'));
        assert.deepEqual(parseHosts(renderHosts(lines)), { lines, unreadable: [] });
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => void renderHosts(parseHosts(text).lines)));
  });

  const cases: readonly {
    name: string;
    text: string;
    lines: readonly PublishedLine[];
    unreadable: readonly string[];
  }[] = [
    {
      name: 'takes letter case, a trailing dot, CRLF, spaces, order and repetition as they are meant',
      text: '10.1.2.5  B.monitor.azure.com.\t# x/y x/y\r\n\r\n 10.1.2.4 a.monitor.azure.com #x/y\r\n',
      lines: [line('a.monitor.azure.com', ['10.1.2.4'], ['x/y']), line('b.monitor.azure.com', ['10.1.2.5'], ['x/y'])],
      unreadable: [],
    },
    {
      name: 'reads several names of one address',
      text: '10.1.2.4 a.monitor.azure.com b.monitor.azure.com # x/y',
      lines: [line('a.monitor.azure.com', ['10.1.2.4'], ['x/y']), line('b.monitor.azure.com', ['10.1.2.4'], ['x/y'])],
      unreadable: [],
    },
    {
      name: 'joins the owners of one answer',
      text: '10.1.2.4 a.monitor.azure.com # x/y\n10.1.2.4 a.monitor.azure.com # b/c\n',
      lines: [line('a.monitor.azure.com', ['10.1.2.4'], ['b/c', 'x/y'])],
      unreadable: [],
    },
    {
      name: 'does not believe a second answer of other owners',
      text: '10.1.2.4 a.monitor.azure.com # x/y\n10.9.9.9 a.monitor.azure.com # ghost/z\n',
      lines: [line('a.monitor.azure.com', ['10.1.2.4'], ['x/y'])],
      unreadable: ['10.9.9.9 a.monitor.azure.com # ghost/z'],
    },
    {
      name: 'reports a record without an owner, a bad name, a bad address, a bad owner',
      text: [
        '10.1.2.4 a.monitor.azure.com',
        '10.1.2.4 a_b # x/y',
        '10.01.2.4 a.monitor.azure.com # x/y',
        'fe80::1%eth0 a.monitor.azure.com # x/y',
        '10.1.2.4 a.monitor.azure.com # see the wiki',
        'garbage',
      ].join('\n'),
      lines: [],
      unreadable: [
        '10.1.2.4 a.monitor.azure.com',
        '10.1.2.4 a_b # x/y',
        '10.01.2.4 a.monitor.azure.com # x/y',
        'fe80::1%eth0 a.monitor.azure.com # x/y',
        '10.1.2.4 a.monitor.azure.com # see the wiki',
        'garbage',
      ],
    },
  ];
  for (const { name, text, lines, unreadable } of cases) {
    it(name, () => assert.deepEqual(parseHosts(text), { lines, unreadable }));
  }

  const good = line('api.monitor.azure.com', ['10.1.2.4'], ['plant/plant-a']);
  const defects: readonly { name: string; line: PublishedLine }[] = [
    { name: 'a name with a line break', line: { ...good, name: 'a.com\n10.0.0.1 b.com' } },
    { name: 'a name in upper case', line: { ...good, name: 'API.monitor.azure.com' } },
    { name: 'a name with a wildcard', line: { ...good, name: '*.monitor.azure.com' } },
    { name: 'a name of one label', line: { ...good, name: 'localhost' } },
    { name: 'a name over 253 letters', line: { ...good, name: `${'a.'.repeat(126)}com` } },
    { name: 'an address that is a name', line: { ...good, addresses: ['api'] } },
    { name: 'an address with a zone', line: { ...good, addresses: ['fe80::1%lo'] } },
    { name: 'no address', line: { ...good, addresses: [] } },
    { name: 'no owner', line: { ...good, owners: [] } },
    { name: 'an owner without a namespace', line: { ...good, owners: ['plant-a'] } },
    { name: 'an owner with a space', line: { ...good, owners: ['plant/a b'] } },
  ];
  for (const { name, line: bad } of defects) {
    it(`is never written with ${name}`, () => assert.throws(() => renderHosts([bad]), TypeError));
  }

  it('is never written with a name twice, nor with a line that CoreDNS would stop at', () => {
    assert.throws(() => renderHosts([good, { ...good, addresses: ['10.1.2.5'] }]), TypeError);
    const owners = Array.from({ length: MAX_LINE_BYTES / 16 }, (_, index) => `namespace-${index}/name`);
    assert.throws(() => renderHosts([{ ...good, owners }]), RangeError);
  });
});
