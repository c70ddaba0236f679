import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newestArchive } from './envtest-archive.ts';

const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
const release = (version: string, on = platform) => {
  const file = `envtest-${version}-${on}.tar.gz`;
  return { [version]: { [file]: { hash: `hash of ${version}`, selfLink: `https://example.invalid/${file}` } } };
};

test('of the published archives the newest patch of our Kubernetes minor is taken', () => {
  const releases = {
    ...release('v1.36.2'),
    ...release('v1.36.10'),
    ...release('v1.37.0'),
    ...release('v1.36.11-rc.1'),
  };
  assert.deepEqual(newestArchive({ releases }), {
    version: '1.36.10',
    url: `https://example.invalid/envtest-v1.36.10-${platform}.tar.gz`,
    sha512: 'hash of v1.36.10',
  });
});

test('there is none when our minor, or our platform, is not published', () => {
  assert.equal(newestArchive({ releases: release('v1.35.0') }), undefined);
  assert.equal(newestArchive({ releases: release('v1.36.0', 'plan9-mips') }), undefined);
});
