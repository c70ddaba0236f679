/**
 * The page in a real browser (Debian's chromium): it draws, breaks no policy, runs nothing that a name smuggles in, and
 * follows what happens without being loaded again.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { requireTool } from '../env/require-tool.ts';
import { settlingOnly } from './arm.ts';
import { busyScene, busySeed, hostile } from './busy-scene.ts';
import { plane } from './plane.ts';
import { paths, put } from './road.ts';

async function browserFor(t: TestContext): Promise<Browser | undefined> {
  const executablePath = requireTool(t, 'chromium');
  if (executablePath === undefined) return undefined;
  // As root chromium refuses its own sandbox; what it opens here is our own page on loopback.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  t.after(() => browser.close());
  return browser;
}

/** What the page complains of: errors, and whatever it may not do. */
function complaints(page: Page): string[] {
  const found: string[] = [];
  page.on('pageerror', error => found.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') found.push(message.text());
  });
  page.on('dialog', dialog => {
    found.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  return found;
}

test('the page draws the resources, follows them live, and runs nothing foreign', async t => {
  const browser = await browserFor(t);
  if (browser === undefined) return;
  const { azure } = await plane(t, { seed: busySeed(), latency: 'real', latencyProfile: settlingOnly });
  const clock = (body: unknown) => azure.raw('POST', '/_sim/clock', { body: JSON.stringify(body) });
  await clock({ frozen: true });
  await busyScene(azure, async () => void (await clock({ advanceMs: 20_000 })));

  const page = await browser.newPage({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } });
  const found = complaints(page);
  const asked: string[] = [];
  page.on('request', request => asked.push(request.url()));
  await page.goto(`${azure.simulator.endpoint}/`);
  await page.getByRole('heading', { name: 'Resources' }).waitFor();
  assert.equal(await page.locator('svg .node').count(), 8);
  const box = await page.locator('svg').first().boundingBox();
  assert.ok(box !== null && box.width > 900 && box.height > 200, JSON.stringify(box));
  const overlaps = await page.locator('svg .node rect').evaluateAll(rects => {
    const boxes = rects.map(rect => rect.getBoundingClientRect());
    return boxes.filter((one, at) =>
      boxes.some(
        (other, index) =>
          index > at &&
          one.left < other.right &&
          other.left < one.right &&
          one.top < other.bottom &&
          other.top < one.bottom,
      ),
    ).length;
  });
  assert.equal(overlaps, 0, 'no box lies on another');
  assert.ok((await page.getByText(hostile.slice(0, 16)).count()) > 0, 'a hostile name is text');
  await page.getByText('PutPrivateDnsZoneGroupOperation').waitFor();
  assert.ok((await page.getByText('listens').count()) >= 14);

  await page.evaluate(() => {
    (globalThis as { untouched?: boolean }).untouched = true;
  });
  await clock({ advanceMs: 60_000 });
  await put(azure, paths(azure.group).workspace('law-new'), { location: 'japaneast', properties: {} });
  await page.locator('svg text', { hasText: 'law-new' }).waitFor();
  await page.getByText('Nothing is under way.').waitFor();
  assert.equal(
    await page.evaluate(() => (globalThis as { untouched?: boolean }).untouched),
    true,
    'it was not loaded again',
  );

  assert.deepEqual(found, []);
  assert.ok(
    asked.every(url => url.startsWith(azure.simulator.endpoint)),
    asked.join(' '),
  );
});

test('the page says when the simulator has gone, and works without scripts', async t => {
  const browser = await browserFor(t);
  if (browser === undefined) return;
  const { azure } = await plane(t, { seed: busySeed() });
  const plain = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
  const still = await plain.newPage();
  await still.goto(`${azure.simulator.endpoint}/`);
  assert.equal(await still.locator('noscript meta[http-equiv=refresh], meta[http-equiv=refresh]').count(), 1);
  assert.equal(await still.locator('svg .node').count(), 4);
  await plain.close();
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  await page.goto(`${azure.simulator.endpoint}/`);
  await page.getByRole('heading', { name: 'Simulated Azure' }).waitFor();
  await azure.simulator.close();
  await page.locator('body.lost').waitFor();
});
