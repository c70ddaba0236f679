/**
 * The page as text: everything escaped, nothing from elsewhere, a policy that would stop what got through.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escaped, html, shortened } from '../../src/simulator/page/html.ts';
import { drawing } from '../../src/simulator/page/picture.ts';
import { arm } from './arm.ts';
import { busyScene, busySeed, hostile } from './busy-scene.ts';

test('a template escapes every value, also in lists, and only HTML stays HTML', () => {
  const rows = [hostile, html`<b>${hostile}</b>`];
  assert.equal(
    html`<p title="${hostile}">${rows}${undefined}${3}</p>`.text,
    '<p title="&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;">&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;<b>&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;</b>3</p>',
  );
  assert.equal(
    escaped('a\u202eb\u0000c\u200bd\n'),
    'a\ufffdb\ufffdc\ufffdd\n',
    'marks that change what is read are shown',
  );
  assert.equal(shortened('abcdefghij', 10), 'abcdefghij');
  assert.equal(shortened('abcdefghijklm', 10), 'abcdef…klm');
});

test('the picture draws each node and each edge between nodes that are there', () => {
  const node = (key: string, frame?: string) => ({
    key,
    title: `<${key}>`,
    lines: ['one'],
    tone: 'good' as const,
    ...(frame === undefined ? {} : { frame }),
  });
  const { text } = drawing({
    columns: [
      { heading: 'left', nodes: [node('a', 'net'), node('b', 'net'), node('c')], more: 0 },
      { heading: 'right', nodes: [node('d')], more: 7 },
    ],
    edges: [
      { from: 'a', to: 'd', tone: 'wait', label: 'pending' },
      { from: 'a', to: 'gone', tone: 'bad', label: 'nowhere' },
    ],
  });
  assert.equal(text.match(/class="box"/g)?.length, 4);
  assert.equal(text.match(/class="frame"/g)?.length, 1);
  assert.equal(text.match(/class="edge wait"/g)?.length, 1);
  assert.ok(!text.includes('nowhere') && text.includes('and 7 more') && text.includes('&lt;a&gt;'));
  assert.ok(!/NaN|undefined|Infinity/.test(text));
});

test('an empty world has a page too', () => {
  const { text } = drawing({ columns: [{ heading: 'x', nodes: [], more: 0 }], edges: [] });
  assert.ok(!/NaN|undefined|Infinity/.test(text));
});

test('the page shows what there is, asks nothing of any other host, and carries a strict policy', async t => {
  const azure = await arm(t, { seed: busySeed() });
  await busyScene(azure, async () => {});
  const answer = await azure.raw('GET', '/');
  assert.equal(answer.status, 200);
  for (const words of [
    'vnet-plant / monitoring',
    'law-quality',
    'closed to public networks',
    'pe-lab',
    'api.monitor.azure.com',
    'scopedResources/archive',
  ]) {
    assert.ok(answer.text.includes(words), words);
  }
  assert.ok(!answer.text.includes('<script>alert'));
  assert.ok(answer.text.includes('&lt;script&gt;alert'));
  const withoutNames = answer.text.replaceAll(/https:\/\/127\.0\.0\.1:\d+/g, '');
  assert.doesNotMatch(withoutNames, /(src|href)="(?!data:,)|url\(|@import|https?:\/\//);
  const policy = String(answer.headers.get('content-security-policy'));
  assert.match(policy, /^default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'; connect-src 'self'/);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
  assert.equal(answer.headers.get('x-frame-options'), 'DENY');
  assert.ok(
    azure.simulator.journal.every(entry => entry.path !== '/'),
    'looking is not a call',
  );
});
