/**
 * Our reading of Corefiles held to the real CoreDNS: what we refuse, it refuses to start with; what it starts with and
 * does not do what it says, is so.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readCorefile } from '../../src/coredns/corefile-reader.ts';
import { corefileOnly } from '../../src/coredns/shared-corefile.ts';
import { ensureBinaries } from '../env/binaries.ts';
import { removeAtExit, startProcess } from '../env/child-process.ts';
import { dnsQuery } from '../env/dns-query.ts';
import { eventually } from '../env/eventually.ts';
import { freePort } from '../env/free-port.ts';
import { BAD_COREFILES } from './corefiles.ts';

async function started(t: TestContext, text: (port: number) => string) {
  const { coredns } = await ensureBinaries(new AbortController().signal);
  const directory = await mkdtemp(join(tmpdir(), 'pms-corefile-'));
  t.after(removeAtExit(directory));
  await mkdir(join(directory, 'custom'));
  const port = await freePort();
  await writeFile(join(directory, 'Corefile'), text(port));
  const child = startProcess(coredns, ['-conf', join(directory, 'Corefile'), '-dns.port', String(port)]);
  t.after(() => child.stop('SIGKILL'));
  return { child, port };
}

/** On the port of the run, and nowhere but on loopback. */
const onPort = (text: string) => (port: number) =>
  text.replaceAll(':53', `:${port}`).replace(/^(a\.example\.com\S* \{)\n(?! *bind)/gm, '$1\n    bind 127.0.0.1\n');

describe('CoreDNS does not start with', () => {
  for (const { name, text } of BAD_COREFILES) {
    it(name, async t => {
      const { child } = await started(t, onPort(text));
      const code = await Promise.race([child.ended, eventually('it ends', () => !child.isRunning())]);
      assert.ok(code === 1 || (await child.ended) === 1, child.output());
    });
  }
});

describe('CoreDNS starts with', () => {
  it('a block on all addresses beside one on a single address, and never asks it there', async t => {
    const hosts = (address: string, name: string) => `    hosts /dev/null {\n        ${address} ${name}\n    }\n`;
    const { port } = await started(
      t,
      dns =>
        `.:${dns} {\n    bind 127.0.0.1\n${hosts('10.6.6.6', 'api.example.com')}}\n` +
        `api.example.com:${dns} {\n${hosts('10.1.2.4', 'api.example.com')}}\n`,
    );
    const { answers } = await eventually('it answers', () =>
      dnsQuery({ server: `127.0.0.1:${port}`, name: 'api.example.com' }),
    );
    assert.deepEqual(answers, ['10.6.6.6']);
  });

  it('a file that has no braces, which nothing can be added to', async t => {
    const { port } = await started(
      t,
      dns => `.:${dns}\nbind 127.0.0.1\nhosts /dev/null {\n 10.1.2.4 a.example.com\n}\n`,
    );
    const { answers } = await eventually('it answers', () =>
      dnsQuery({ server: `127.0.0.1:${port}`, name: 'a.example.com' }),
    );
    assert.deepEqual(answers, ['10.1.2.4']);
  });

  it('a block without its } after that of a directive, which we refuse all the same: ours would be inside of it', async t => {
    const text = (dns: number) =>
      `a.example.com:${dns} {\n    bind 127.0.0.1\n    hosts /dev/null {\n        10.1.2.4 a.example.com\n    }\n`;
    const { port } = await started(t, text);
    const { answers } = await eventually('it answers', () =>
      dnsQuery({ server: `127.0.0.1:${port}`, name: 'a.example.com' }),
    );
    assert.deepEqual(answers, ['10.1.2.4']);
    assert.throws(() => readCorefile(corefileOnly(text(port))), /a block has no closing }/);
  });

  it('a comment behind a record in the block', async t => {
    const { port } = await started(
      t,
      dns =>
        `a.example.com:${dns} {\n    bind 127.0.0.1\n    hosts /dev/null {\n        10.1.2.4 a.example.com # x/y\n    }\n}\n`,
    );
    const { answers } = await eventually('it answers', () =>
      dnsQuery({ server: `127.0.0.1:${port}`, name: 'a.example.com' }),
    );
    assert.deepEqual(answers, ['10.1.2.4']);
  });
});
