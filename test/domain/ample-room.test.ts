import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import { ABSENT, type Observed, present } from '../../src/domain/observed.ts';
import { hasAmpleRoom } from '../../src/domain/preflight.ts';
import * as plant from '../model/plant.ts';
import * as adoption from '../model/plant-adoption.ts';

const subnet = (prefix: string, addressesUsed = 0) => {
  const found = plant.emptyAzure().subnet;
  assert.equal(found.is, 'present');
  return present({ ...found.body, addressPrefixes: [prefix], addressesUsed });
};

suite('ample room in the subnet, which saves a call', () => {
  const want = desire(plant.pms(), plant.INSTALLATION);
  const cases: readonly { name: string; over: Partial<Observed>; ample: boolean }[] = [
    { name: 'is twice what is needed', over: { subnet: subnet('10.13.1.0/27', 5) }, ample: true },
    { name: 'is not one address less', over: { subnet: subnet('10.13.1.0/27', 6) }, ample: false },
    { name: 'is not known of a subnet that was not read', over: { subnet: ABSENT }, ample: false },
    {
      name: 'is not known where others have linked something',
      over: { scopeLinks: present([plant.link('law-of-others')]) },
      ample: false,
    },
  ];
  for (const { name, over, ample } of cases) {
    test(name, () => assert.equal(hasAmpleRoom(want, plant.emptyAzure(plant.pms(), over)), ample));
  }

  test('is not known of an adopted scope', () => {
    const joining = desire(adoption.joining, plant.INSTALLATION);
    assert.equal(hasAmpleRoom(joining, plant.emptyAzure(plant.pms())), false);
  });
});
