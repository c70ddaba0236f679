/**
 * What the chart renders, brought to a control plane: the one place from which the operator of an end-to-end test has its
 * ServiceAccount, its rights and its configuration.
 */
import { parseAllDocuments } from 'yaml';
import type { ControlPlane } from '../env/control-plane.ts';
import { eventually } from '../env/eventually.ts';
import { rendered } from '../env/helm.ts';
import { type Account, type Grant, grantsOf, type Manifest, usernameOf } from '../rights/grants.ts';

/** The release's namespace, which is the operator's own. */
export const NAMESPACE = 'private-monitoring';

/** Whom the chart's Deployment runs as; `applyRendering` sees to it that this is so. */
export const OPERATOR_ACCOUNT: Account = { namespace: NAMESPACE, name: 'pms-operator' };

/**
 * Applies what the chart renders with these arguments and values (YAML); resolves with its objects when its roles are in
 * force: an authorizer learns of them a moment later. Throws when one of them does not give what it says.
 */
export async function applyRendering(
  controlPlane: ControlPlane,
  args: readonly string[],
  values: string,
): Promise<readonly Manifest[]> {
  const text = await rendered(args, values);
  const applying = ['apply', '--server-side', '-f', '-'];
  const { exitCode, stdout, stderr } = await controlPlane.kubectl(applying, { input: text });
  if (exitCode !== 0) throw new Error(`kubectl ${applying.join(' ')}: ${stderr || stdout}`);
  const objects = parseAllDocuments(text)
    .map(document => document.toJS())
    .filter(object => object !== null);
  const accounts = objects
    .filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'pms-operator')
    .map(({ metadata, spec }) => usernameOf({ ...metadata, name: spec.template.spec.serviceAccountName }));
  if (accounts.join() !== usernameOf(OPERATOR_ACCOUNT)) throw new Error(`the Deployment runs as ${accounts.join()}`);
  await rolesInForce(controlPlane, objects);
  return objects;
}

/** Resolves when the operator may do all that the roles among these objects give it. */
export async function rolesInForce(controlPlane: ControlPlane, objects: readonly Manifest[]): Promise<void> {
  await Promise.all(grantsOf(objects, OPERATOR_ACCOUNT).map(grant => inForce(controlPlane, grant)));
}

async function inForce({ request }: ControlPlane, grant: Grant): Promise<void> {
  const [resource, subresource] = grant.resource.split('/');
  const { verb, group, namespace, name } = grant;
  const spec = {
    user: usernameOf(OPERATOR_ACCOUNT),
    resourceAttributes: { verb, group, resource, subresource, namespace, name },
  };
  await eventually(`${OPERATOR_ACCOUNT.name} may ${verb} ${grant.resource}`, async () => {
    const { status, body } = await request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec });
    if (status !== 201) throw new Error(`an access review: ${status} ${body.message}`);
    return body.status.allowed;
  });
}
