import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { bindsOf, checkBinds, checkBlocks, reloads, zoneKey } from '../../src/coredns/corefile-checks.ts';
import { type Corefile, readCorefile } from '../../src/coredns/corefile-reader.ts';
import { CorefileError, tokensOf } from '../../src/coredns/corefile-tokens.ts';
import { AKS, BAD_COREFILES, K3S, KUBEADM } from './corefiles.ts';

const path = '/etc/coredns/Corefile';
const custom = '/etc/coredns/custom';
const read = (text: string, files: Readonly<Record<string, string>> = {}): Corefile =>
  readCorefile({
    path,
    files: new Map([
      [path, text],
      ...Object.entries(files).map(([name, value]) => [`${custom}/${name}`, value] as const),
    ]),
    folders: [custom],
  });
const check = (corefile: Corefile, extraPlugins: readonly string[] = []) => checkBlocks(corefile.blocks, extraPlugins);
const keysOf = ({ blocks }: Corefile) => blocks.map(block => block.keys.map(key => key.text).join(' '));
const wordsOf = (text: string) => tokensOf(text, path).map(token => token.text);

suite('the words of a Corefile', () => {
  const cases: readonly { name: string; text: string; words: readonly string[] }[] = [
    { name: 'are parted by white space', text: ' a\tb\r\n c ', words: ['a', 'b', 'c'] },
    { name: 'end where a comment starts, even in the middle', text: 'a#b\nc # d', words: ['a', 'c'] },
    { name: 'are held together by quotation marks', text: '"a b" "c \\"d\\"" "#"', words: ['a b', 'c "d"', '#'] },
    { name: 'keep other backslashes', text: '"a\\.b"', words: ['a\\.b'] },
    { name: 'may span lines when quoted', text: '"a\nb" c', words: ['a\nb', 'c'] },
    { name: 'follow a byte order mark', text: '\ufeffa', words: ['a'] },
    { name: 'are quotation marks too, but at their start', text: 'a"b c', words: ['a"b', 'c'] },
  ];
  for (const { name, text, words } of cases) test(name, () => assert.deepEqual(wordsOf(text), words));

  test('have their place, from which the text can be cut', () => {
    const text = '# one\nfirst "two words" # three\n  last';
    const tokens = tokensOf(text, path);
    assert.deepEqual(
      tokens.map(({ start, end, line }) => [text.slice(start, end), line]),
      [
        ['first', 2],
        ['"two words"', 2],
        ['last', 3],
      ],
    );
  });

  test('a quotation that does not end is refused with its line', () => {
    assert.throws(() => tokensOf('a\n"b c', path), /Corefile, line 2: a quotation mark opens/);
  });

  test('whatever the text, there are words or there is a reason', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '{', '}', '"', '#', '\n', ' ', 'import', '(s)', ',') }),
        text => {
          try {
            for (const block of read(text).blocks) assert.ok(block.start < block.end && block.end <= text.length);
          } catch (thrown) {
            assert.ok(thrown instanceof CorefileError, String(thrown));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

suite('the blocks of a Corefile', () => {
  for (const [name, text] of Object.entries({ KUBEADM, AKS, K3S })) {
    test(`the one of ${name} is read without a complaint, and reloads`, () => {
      const corefile = read(text);
      check(corefile);
      assert.deepEqual(keysOf(corefile), ['.:53']);
      assert.equal(reloads(corefile.blocks), true);
    });
  }

  test('have the span of their text, byte for byte', () => {
    const text = `# head\n${KUBEADM}# between\na.example.com:53 b.example.com:53 {\n    whoami # last\n}\n`;
    const spans = read(text).blocks.map(block => text.slice(block.start, block.end));
    assert.deepEqual(spans, [KUBEADM.trimEnd(), 'a.example.com:53 b.example.com:53 {\n    whoami # last\n}']);
  });

  test('take keys over lines that end with a comma, and a brace in the next line', () => {
    assert.deepEqual(keysOf(read('a.example.com,\nb.example.com\n{\n whoami\n}\n')), ['a.example.com b.example.com']);
  });

  test('hold directives with their own braces, nested ones too', () => {
    const [block] = read(
      '. {\n forward . 192.0.2.1 {\n  policy random\n }\n view x {\n  expr {\n   a\n  }\n }\n log\n}',
    ).blocks;
    assert.deepEqual(
      block?.directives.map(directive => [directive.name.text, directive.words.length]),
      [
        ['forward', 6],
        ['view', 7],
        ['log', 0],
      ],
    );
  });

  test('come from imported files in the order of their names, and those files are known', () => {
    const files = {
      'b.server': 'b.example.com {\n whoami\n}',
      'a.server': 'a.example.com {\n whoami\n}',
      'c.other': '}',
    };
    for (const pattern of [
      'custom/*.server',
      './custom/*.server',
      `${custom}/*.server`,
      '../coredns/custom/*.server',
    ]) {
      const corefile = read(`import ${pattern}\n. {\n whoami\n}\n`, files);
      assert.deepEqual(keysOf(corefile), ['a.example.com', 'b.example.com', '.']);
      assert.deepEqual([...corefile.imported], [`${custom}/a.server`, `${custom}/b.server`]);
    }
  });

  test('take in what is imported inside of them, which is no import of blocks', () => {
    const corefile = read('. {\n import custom/*.override\n}\n', { 'log.override': 'log\nerrors' });
    assert.deepEqual(
      corefile.blocks[0]?.directives.map(({ name }) => name.text),
      ['log', 'errors'],
    );
    assert.equal(corefile.imported.size, 0);
  });

  test('take in snippets', () => {
    const corefile = read(
      '(common) {\n errors\n forward . 192.0.2.1 {\n  policy random\n }\n}\n. {\n import common\n}\n',
    );
    check(corefile);
    assert.deepEqual(
      corefile.blocks.map(block => block.directives.map(({ name }) => name.text)),
      [['errors', 'forward']],
    );
  });

  test('pass over an import from a folder that cannot be seen', () => {
    assert.deepEqual(keysOf(read('import /somewhere/else\n. {\n whoami\n}\n')), ['.']);
  });

  test('end when a file imports itself', () => {
    assert.throws(() => read('import custom/a.server\n', { 'a.server': 'import a.server\n' }), /too many imports/);
  });
});

suite('what CoreDNS would not start with', () => {
  for (const { name, text, says } of BAD_COREFILES) {
    test(`is refused with file and line: ${name}`, () => {
      assert.throws(
        () => check(read(text)),
        (thrown: unknown) =>
          thrown instanceof CorefileError && says.test(thrown.message) && /line \d/.test(thrown.message),
      );
    });

    test(`is refused in a file that is imported, too: ${name}`, () => {
      const files = { 'theirs.server': text.replaceAll('import custom/', 'import ') };
      assert.throws(() => check(read(`${KUBEADM}import custom/*.server\n`, files)), /theirs\.server, line \d/);
    });
  }

  test('a block without braces is refused, although CoreDNS takes it: ours would become a part of it', () => {
    assert.throws(() => read('.:53\nforward . 192.0.2.1\n'), /no { after its names/);
  });

  test('a plugin that only this build of CoreDNS has is taken once the administrator names it', () => {
    const corefile = read('. {\n k8s_gateway example.com\n}\n');
    assert.throws(() => check(corefile), /unknown directive k8s_gateway/);
    check(corefile, ['k8s_gateway']);
  });

  test('blocks of one zone on different addresses are fine', () => {
    check(read('a.b {\n bind 127.0.0.1\n whoami\n}\na.b {\n bind 127.0.0.2\n whoami\n}\n'));
  });

  test('a block that listens on an address keeps ours, which listens on all, from being asked', () => {
    const { blocks } = read('.:53 {\n bind 10.0.0.5\n whoami\n}\ntls://. {\n whoami\n}\n');
    assert.deepEqual(bindsOf(blocks[0] as (typeof blocks)[number]), ['10.0.0.5']);
    assert.throws(
      () => checkBinds(blocks, 53, []),
      /\.:53 listens on 10\.0\.0\.5, our block on every address: set server\.bind/,
    );
    checkBinds(blocks, 53, ['10.0.0.5']);
    checkBinds(blocks, 5353, []);
  });
});

suite('the keys of blocks', () => {
  const same: readonly (readonly string[])[] = [
    ['a.example.com', 'A.Example.COM.', 'dns://a.example.com', 'a.example.com:53', 'dns://a.example.com.:53'],
    ['tls://a.example.com', 'tls://a.example.com:853'],
    ['.', '.:53', 'dns://.'],
  ];
  for (const keys of same) {
    test(`${keys.join(', ')} are one key`, () => {
      for (const key of keys) assert.deepEqual(zoneKey(key), zoneKey(keys[0] ?? ''));
    });
  }

  test('differ by transport, zone and port', () => {
    const different = ['a.example.com', 'tls://a.example.com', 'b.example.com', 'a.example.com:5353', '.'];
    assert.equal(new Set(different.map(key => JSON.stringify(zoneKey(key)))).size, different.length);
  });
});
