import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inPrefix, isLoopback, parseIpv4, prefixLengthFor, usableAddresses } from '../../src/domain/addresses.ts';

suite('addresses', () => {
  test('are four numbers without leading zeros', () => {
    assert.equal(parseIpv4('10.13.1.4'), 0x0a0d0104);
    for (const text of ['10.13.1', '10.13.1.256', '010.13.1.4', '10.13.1.4 ', 'a.b.c.d', '', '::1', '1.2.3.4.5']) {
      assert.equal(parseIpv4(text), undefined, text);
    }
  });

  test('lie in a prefix or not', () => {
    for (const [address, prefix, expected] of [
      ['10.13.1.31', '10.13.1.0/27', true],
      ['10.13.1.32', '10.13.1.0/27', false],
      ['255.255.255.255', '0.0.0.0/0', true],
      ['10.0.0.1', '10.0.0.1/32', true],
      ['10.0.0.1', '10.0.0.0/33', false],
      ['10.0.0.1', 'fd00::/8', false],
      ['fd00::1', '10.0.0.0/8', false],
    ] as const) {
      assert.equal(inPrefix(address, prefix), expected, `${address} in ${prefix}`);
    }
    assert.ok(isLoopback('127.13.1.4') && !isLoopback('128.0.0.1'));
  });

  test('that are needed tell the size of the subnet, which is a /27 at least', () => {
    for (const [needed, length] of [
      [1, 27],
      [11, 27],
      [27, 27],
      [28, 26],
      [59, 26],
      [60, 25],
    ] as const) {
      assert.equal(prefixLengthFor(needed), length, `${needed}`);
      assert.ok(usableAddresses([`10.0.0.0/${length}`]) >= needed);
    }
  });

  test('of a subnet are all but the five that Azure keeps', () => {
    assert.equal(usableAddresses(['10.13.1.0/27']), 27);
    assert.equal(usableAddresses(['10.13.1.0/28', '10.13.2.0/29']), 14);
    assert.equal(usableAddresses(['10.13.1.0/31', 'fd00::/64']), 0);
  });
});
