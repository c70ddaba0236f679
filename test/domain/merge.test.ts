import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type Claim, linesOf, mergeClaim, type PublishedLine, sameLines } from '../../src/domain/merge.ts';

const line = (name: string, address: string, ...owners: readonly string[]): PublishedLine => ({
  name,
  addresses: [address],
  owners,
});
const record = (name: string, address: string, shared = true) => ({ name, addresses: [address], shared });
const claim = (owner: string, ...records: Claim['records']): Claim => ({ owner, records });

suite('a claim', () => {
  const cases = [
    {
      name: 'on a name that nobody has makes a line of the claimant',
      lines: [],
      claim: claim('ns/a', record('x.', '10.0.0.1')),
      expected: [line('x.', '10.0.0.1', 'ns/a')],
      conflicts: [],
    },
    {
      name: 'on the name and address of others makes one owner more',
      lines: [line('x.', '10.0.0.1', 'ns/b')],
      claim: claim('ns/a', record('x.', '10.0.0.1')),
      expected: [line('x.', '10.0.0.1', 'ns/a', 'ns/b')],
      conflicts: [],
    },
    {
      name: 'on a name that others have with another address leaves it to them, and all shared names with it',
      lines: [line('x.', '10.9.9.9', 'ns/b')],
      claim: claim('ns/a', record('own.', '10.0.0.2', false), record('x.', '10.0.0.1'), record('y.', '10.0.0.3')),
      expected: [line('own.', '10.0.0.2', 'ns/a'), line('x.', '10.9.9.9', 'ns/b')],
      conflicts: [{ name: 'x.', holders: ['ns/b'], addresses: ['10.9.9.9'] }],
    },
    {
      name: 'that leaves a name out takes the owner off, and the line with its last owner',
      lines: [line('x.', '10.0.0.1', 'ns/a', 'ns/b'), line('y.', '10.0.0.2', 'ns/a')],
      claim: claim('ns/a', record('z.', '10.0.0.3')),
      expected: [line('x.', '10.0.0.1', 'ns/b'), line('z.', '10.0.0.3', 'ns/a')],
      conflicts: [],
    },
    {
      name: 'may change the address of its own name',
      lines: [line('x.', '10.0.0.1', 'ns/a')],
      claim: claim('ns/a', record('x.', '10.0.0.2')),
      expected: [line('x.', '10.0.0.2', 'ns/a')],
      conflicts: [],
    },
    {
      name: 'may not change the address of a name that it shares',
      lines: [line('x.', '10.0.0.1', 'ns/a', 'ns/b')],
      claim: claim('ns/a', record('x.', '10.0.0.2')),
      expected: [line('x.', '10.0.0.1', 'ns/b')],
      conflicts: [{ name: 'x.', holders: ['ns/b'], addresses: ['10.0.0.1'] }],
    },
    {
      name: 'without records takes all its lines out, and no other',
      lines: [line('x.', '10.0.0.1', 'ns/a'), line('y.', '10.0.0.2', 'ns/b')],
      claim: claim('ns/a'),
      expected: [line('y.', '10.0.0.2', 'ns/b')],
      conflicts: [],
    },
    {
      name: 'with the same addresses in another order is no conflict',
      lines: [{ name: 'x.', addresses: ['10.0.0.1', '10.0.0.2'], owners: ['ns/b'] }],
      claim: claim('ns/a', { name: 'x.', addresses: ['10.0.0.2', '10.0.0.1'], shared: true }),
      expected: [{ name: 'x.', addresses: ['10.0.0.1', '10.0.0.2'], owners: ['ns/a', 'ns/b'] }],
      conflicts: [],
    },
  ];
  for (const { name, lines, claim: given, expected, conflicts } of cases) {
    test(name, () => assert.deepEqual(mergeClaim(lines, given), { lines: expected, conflicts }));
  }
});

const NAMES = ['a.', 'b.', 'c.', 'd.'];
const someRecord = fc.record({
  name: fc.constantFrom(...NAMES),
  addresses: fc.array(fc.constantFrom('10.0.0.1', '10.0.0.2'), { minLength: 1, maxLength: 2 }),
  shared: fc.boolean(),
});
const someClaim: fc.Arbitrary<Claim> = fc.record({
  owner: fc.constantFrom('ns/a', 'ns/b', 'ns/c'),
  records: fc.uniqueArray(someRecord, { selector: one => one.name }),
});
const history = fc.array(someClaim, { maxLength: 12 });
const played = (claims: readonly Claim[]) =>
  claims.reduce<readonly PublishedLine[]>((lines, next) => mergeClaim(lines, next).lines, []);

suite('any history of claims', () => {
  test('leaves one answer for each name, sorted, with sorted owners', () => {
    fc.assert(
      fc.property(history, claims => {
        const lines = played(claims);
        const names = lines.map(one => one.name);
        assert.deepEqual(names, [...new Set(names)].sort());
        for (const { owners, addresses } of lines) {
          assert.ok(addresses.length > 0);
          assert.deepEqual(owners, [...new Set(owners)].sort());
          assert.ok(owners.length > 0);
        }
      }),
    );
  });

  test('is not changed by merging the last claim twice', () => {
    fc.assert(
      fc.property(history, someClaim, (claims, last) => {
        const once = mergeClaim(played(claims), last);
        assert.deepEqual(mergeClaim(once.lines, last), once);
      }),
    );
  });

  test('never takes a line, an owner or an address from anybody but the claimant', () => {
    fc.assert(
      fc.property(history, someClaim, (claims, last) => {
        const before = played(claims);
        const after = new Map(mergeClaim(before, last).lines.map(one => [one.name, one]));
        for (const { name, addresses, owners } of before) {
          const others = owners.filter(owner => owner !== last.owner);
          if (others.length === 0) continue;
          assert.deepEqual(after.get(name)?.addresses, addresses);
          for (const owner of others) assert.ok(after.get(name)?.owners.includes(owner));
        }
      }),
    );
  });

  test('gives the claimant exactly what it asked for, but for what is held and the shared names with it', () => {
    fc.assert(
      fc.property(history, someClaim, (claims, last) => {
        const { lines, conflicts } = mergeClaim(played(claims), last);
        const held = new Set(conflicts.map(conflict => conflict.name));
        const granted = last.records.filter(one => !held.has(one.name) && (held.size === 0 || !one.shared));
        assert.deepEqual(
          linesOf(lines, last.owner).map(one => one.name),
          granted.map(one => one.name).sort(),
        );
      }),
    );
  });

  test('gives back everything when all owners have gone', () => {
    fc.assert(
      fc.property(history, claims => {
        const farewells = ['ns/a', 'ns/b', 'ns/c'].map(owner => claim(owner));
        assert.deepEqual(played([...claims, ...farewells]), []);
      }),
    );
  });
});

test('lines are the same whatever their order, and not with another owner or address', () => {
  const lines = [line('x.', '10.0.0.1', 'ns/a'), line('y.', '10.0.0.2', 'ns/b')];
  assert.ok(sameLines(lines, lines.toReversed()));
  assert.ok(!sameLines(lines, lines.slice(1)));
  assert.ok(!sameLines(lines, [line('x.', '10.0.0.1', 'ns/b'), lines[1] ?? line('', '')]));
  assert.ok(!sameLines(lines, [line('x.', '10.0.0.9', 'ns/a'), lines[1] ?? line('', '')]));
});
