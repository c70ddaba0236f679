import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  isOwnLinkName,
  linkName,
  ownershipOf,
  parseId,
  sameId,
  scopeOfLink,
  shortName,
} from '../../src/domain/names.ts';
import { keyText, parseKey } from '../../src/domain/object.ts';
import { REASONS } from '../../src/domain/reasons.ts';

const OWNER = { installation: 'i', namespace: 'plant', name: 'plant-a' };

suite('names', () => {
  test('of links say whose they are, and fit into what Azure takes', () => {
    const name = linkName('law-plant-a', OWNER);
    assert.match(name, /^law-plant-a-[0-9a-f]{8}$/);
    assert.ok(isOwnLinkName(name.toUpperCase(), OWNER));
    assert.ok(!isOwnLinkName(name, { ...OWNER, name: 'plant-b' }));
    assert.ok(!isOwnLinkName('law-plant-a', OWNER));
  });

  test('of owners are read from a tag whose name has any letter case, and whose value has one', () => {
    assert.equal(ownershipOf({ 'PMS-OWNER': 'i/plant/plant-a' }, OWNER), 'Ours');
    assert.equal(ownershipOf({ 'pms-owner': 'I/plant/plant-a' }, OWNER), 'Other');
    assert.equal(ownershipOf({ owner: 'i/plant/plant-a' }, OWNER), 'Nobody');
  });

  test('of resources are taken apart and compared without letter case', () => {
    const id = '/subscriptions/S/resourcegroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/s/';
    assert.deepEqual(parseId(id), {
      subscriptionId: 'S',
      resourceGroup: 'rg',
      type: 'Microsoft.Network/virtualNetworks/subnets',
      names: ['vnet', 's'],
    });
    assert.equal(parseId('/subscriptions/S'), undefined);
    assert.equal(parseId('/subscriptions/S/resourceGroups/rg/providers/A/b'), undefined);
    assert.ok(sameId('/A/B/', '/a/b'));
    assert.ok(!sameId(undefined, undefined));
    assert.equal(scopeOfLink('/scope/scopedResources/x'), '/scope');
    assert.equal(shortName('/a/b'), 'b');
  });

  test('of objects go to a key and back', () => {
    assert.deepEqual(parseKey(keyText({ namespace: 'plant', name: 'plant-a' })), {
      namespace: 'plant',
      name: 'plant-a',
    });
    for (const text of ['plant-a', '/plant-a', 'a/b/c', '']) assert.throws(() => parseKey(text), TypeError);
  });

  test('of reasons are CamelCase and each there once', () => {
    assert.equal(new Set(REASONS).size, REASONS.length);
    for (const reason of REASONS) assert.match(reason, /^[A-Z][A-Za-z]+$/);
  });
});
