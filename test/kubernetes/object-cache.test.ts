import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createObjectCache, type ObjectCache } from '../../src/kubernetes/object-cache.ts';
import { compareResourceVersions } from '../../src/kubernetes/resource-version.ts';
import { logbook } from './logbook.ts';

const at = (resourceVersion: string, value = resourceVersion, uid = 'uid-a') => ({
  key: 'default/a',
  uid,
  resourceVersion,
  value,
});
const goneAt = (resourceVersion: string) => ({ ...at(resourceVersion), value: undefined });

function cacheAt10() {
  const cache = createObjectCache<string>(logbook());
  const told: string[] = [];
  cache.onChange((_, change) => told.push(change));
  cache.replace(cache.beginList(), '10', [at('10')]);
  told.length = 0;
  return { cache, told };
}

/** Our own write, answered with `result` after `meanwhile` came. */
function write(
  cache: ObjectCache<string>,
  result?: ReturnType<typeof goneAt> | ReturnType<typeof at>,
  meanwhile?: () => void,
) {
  const end = cache.beginWrite('default/a');
  meanwhile?.();
  end(result);
}

/** Each starts with version 10 listed. */
const cases: readonly {
  readonly name: string;
  readonly act: (cache: ObjectCache<string>) => void;
  readonly holds: string | undefined;
  readonly told: readonly string[];
}[] = [
  { name: 'the result of our own write is there at once', act: cache => write(cache, at('15')), holds: '15', told: [] },
  {
    name: 'an event from before our write does not replace it',
    act: cache => {
      write(cache, at('15'));
      cache.present(at('12'));
      cache.present(at('15'));
    },
    holds: '15',
    told: [],
  },
  {
    name: 'an event from after our write does',
    act: cache => {
      write(cache, at('15'));
      cache.present(at('17'));
    },
    holds: '17',
    told: ['changed'],
  },
  {
    name: 'our write’s echo that comes before its answer is not told',
    act: cache => write(cache, at('15'), () => cache.present(at('15'))),
    holds: '15',
    told: [],
  },
  {
    name: 'another’s change that comes before the answer of our write is told afterwards, and stays',
    act: cache =>
      write(cache, at('15'), () => {
        cache.present(at('15'));
        cache.present(at('16'));
      }),
    holds: '16',
    told: ['changed'],
  },
  {
    name: 'another’s change during a write of ours that fails is told',
    act: cache => write(cache, undefined, () => cache.present(at('12'))),
    holds: '12',
    told: ['changed'],
  },
  {
    name: 'an object that went before our write was answered does not come back',
    act: cache => write(cache, at('15'), () => cache.absent(at('16'))),
    holds: undefined,
    told: ['deleted'],
  },
  {
    name: 'an object that our write made go is not there, and older events do not bring it back',
    act: cache => {
      write(cache, goneAt('10'));
      cache.present(at('11'));
      cache.present(at('12'));
    },
    holds: undefined,
    told: [],
  },
  {
    name: 'the end of an object that our write made go is told by its event',
    act: cache => {
      write(cache, goneAt('10'));
      cache.absent(at('13'));
    },
    holds: undefined,
    told: ['deleted'],
  },
  {
    name: 'a new object of the same name follows one that our write made go',
    act: cache => {
      write(cache, goneAt('10'));
      cache.present(at('14', 'new', 'uid-b'));
    },
    holds: 'new',
    told: ['deleted', 'added'],
  },
  {
    name: 'the deletion of a former object of the same name does not take the new one',
    act: cache => {
      cache.present(at('20', 'new', 'uid-b'));
      cache.absent(at('15'));
    },
    holds: 'new',
    told: ['deleted', 'added'],
  },
  {
    name: 'a list begun before our write does not take it back',
    act: cache => {
      const begun = cache.beginList();
      write(cache, at('15'));
      cache.replace(begun, '12', [at('12')]);
    },
    holds: '15',
    told: [],
  },
  {
    name: 'a list begun before we made an object does not take it away',
    act: cache => {
      cache.absent(at('11'));
      const begun = cache.beginList();
      write(cache, at('15', 'made', 'uid-b'));
      cache.replace(begun, '12', []);
    },
    holds: 'made',
    told: ['deleted'],
  },
  {
    name: 'a list begun before our write made an object go does not bring it back',
    act: cache => {
      const begun = cache.beginList();
      write(cache, goneAt('10'));
      cache.replace(begun, '10', [at('10')]);
    },
    holds: undefined,
    told: [],
  },
  {
    name: 'a list begun after our write is believed, also when it is older',
    act: cache => {
      write(cache, at('15'));
      cache.replace(cache.beginList(), '7', [at('5')]);
    },
    holds: '5',
    told: ['changed'],
  },
  {
    name: 'versions that are no numbers: news are believed',
    act: cache => {
      cache.present(at('x1'));
      cache.present(at('x0'));
    },
    holds: 'x0',
    told: ['changed', 'changed'],
  },
  {
    name: 'of two writes whose answers overtake each other the newer stays',
    act: cache => {
      const [first, second] = [cache.beginWrite('default/a'), cache.beginWrite('default/a')];
      second(at('16'));
      first(at('15'));
    },
    holds: '16',
    told: [],
  },
];
for (const { name, act, holds, told: expected } of cases) {
  test(name, () => {
    const { cache, told } = cacheAt10();
    act(cache);
    assert.equal(cache.get('default/a'), holds);
    assert.deepEqual(cache.values(), holds === undefined ? [] : [holds]);
    assert.deepEqual(told, expected);
  });
}

test('resource versions are compared as numbers of any length', () => {
  const long = '9'.repeat(30);
  assert.equal(Math.sign(compareResourceVersions('9', '10') ?? 0), -1);
  assert.equal(Math.sign(compareResourceVersions(long, `1${long}`) ?? 0), -1);
  assert.equal(Math.sign(compareResourceVersions('21', '12') ?? 0), 1);
  assert.equal(compareResourceVersions('7', '7'), 0);
  assert.equal(compareResourceVersions('abc', '7'), undefined);
});
