/**
 * The role that is documented is what the operator asks Azure for before its first write, no more and no less.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { desire } from '../../src/domain/desire.ts';
import type { Spec } from '../../src/domain/object.ts';
import { neededRights } from '../../src/domain/rights.ts';
import { INSTALLATION, pms, SUBNET } from '../model/plant.ts';

/** What helps to tell early what is missing: rights, and providers that are not registered. Nothing fails without. */
const ASKING = ['microsoft.authorization/permissions/read', 'microsoft.resources/subscriptions/providers/read'];

/**
 * Lists of associations by rule and endpoint, and Resource Graph: Azure publishes no action for the first two, so that the
 * preflight, which would hold an object back for a name that Azure does not know, asks for none of them.
 */
const LISTING = [
  'microsoft.insights/datacollectionendpoints/associations/read',
  'microsoft.insights/datacollectionrules/associations/read',
  'microsoft.resourcegraph/resources/read',
];

test('docs/azure-role.json has the rights that an object with everything needs, and those of asking', async () => {
  const text = await readFile(join(import.meta.dirname, '../../docs/azure-role.json'), 'utf8');
  const actions: readonly string[] = JSON.parse(text).Actions;
  const { subscriptionId, resourceGroup } = pms({ spec: {}, name: 'plant-a' }).spec;
  const at = (type: string) => `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${type}`;
  const spec: Partial<Spec> = {
    workspaces: [{ name: 'law', deletionPolicy: 'Delete' }],
    applicationInsights: [
      { name: 'web', resourceId: at('Microsoft.Insights/components/web'), isolation: { query: 'Disabled' } },
    ],
    dataCollection: {
      endpoints: [
        {
          name: 'theirs',
          resourceId: at('Microsoft.Insights/dataCollectionEndpoints/dce-hub'),
          publicNetworkAccess: 'Disabled',
        },
        { name: 'dce' },
      ],
      linuxPerformance: { preset: 'Recommended' },
      machines: { selector: {}, installAgent: true },
    },
    privateEndpoint: {
      subnetId: SUBNET,
      zoneGroup: {
        createZones: { resourceGroup, linkTo: [at('Microsoft.Network/virtualNetworks/vnet-plant')] },
      },
    },
  };
  const needed = neededRights(desire(pms({ spec, name: 'plant-a' }), INSTALLATION)).flatMap(right => right.actions);
  const lower = (words: readonly string[]) => [...new Set(words.map(word => word.toLowerCase()))].sort();
  assert.deepEqual(lower(actions), lower([...needed, ...ASKING, ...LISTING]));
});
