/**
 * `/metadata/endpoints` in the shapes that az and Terraform ask for.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arm } from './arm.ts';
import { code } from './callers.ts';

test('each api-version has the shape that its clients read, without a token', async t => {
  const azure = await arm(t);
  const { endpoint } = azure.simulator;
  const get = (apiVersion: string, path = '/metadata/endpoints') =>
    azure.raw('GET', `${path}?api-version=${apiVersion}`);

  const { body: clouds } = await get('2019-05-01');
  assert.ok(Array.isArray(clouds));
  const { body: cloud } = await get('2022-09-01');
  assert.deepEqual(clouds[0], cloud);
  assert.equal(cloud?.resourceManager, `${endpoint}/`);
  assert.equal(cloud?.authentication.loginEndpoint, endpoint);
  // What go-azure-sdk takes for Azure Stack otherwise, and az for the public cloud.
  assert.deepEqual([cloud?.authentication.tenant, cloud?.authentication.identityProvider], ['common', 'AAD']);
  assert.notEqual(cloud?.name, 'AzureCloud');
  for (const key of ['microsoftGraphResourceId', 'graph', 'portal', 'suffixes', 'batch', 'sqlManagement', 'gallery']) {
    assert.ok(cloud?.[key] !== undefined, key);
  }

  const { body: old } = await get('2018-01-01', '//metadata/endpoints');
  assert.equal(old?.cloudEndpoint.public.endpoint, new URL(endpoint).host);
  assert.ok(old?.cloudEndpoint.public.locations.includes('japaneast'));
  const { body: oldest } = await get('2015-01-01');
  assert.deepEqual(Object.keys(oldest ?? {}), ['galleryEndpoint', 'graphEndpoint', 'portalEndpoint', 'authentication']);

  assert.equal(code(await get('2001-01-01')), '400 InvalidApiVersionParameter');
  assert.equal(code(await azure.raw('GET', '/metadata/endpoints')), '400 MissingApiVersionParameter');
});
