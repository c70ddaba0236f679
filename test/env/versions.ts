/**
 * Which programs the test control plane consists of, and which judge what is shipped, in which versions. Data only; test/env may import it.
 */
export const programNames = ['etcd', 'kube-apiserver', 'kubectl', 'coredns'] as const;
/** Built in the same way, and not a part of the control plane: it judges the chart. */
export type ProgramName = (typeof programNames)[number] | 'helm';

export const versions = {
  etcd: '3.7.3',
  'kube-apiserver': '1.36.3',
  kubectl: '1.36.3',
  coredns: '1.15.0',
  helm: '3.21.4',
} as const satisfies Record<ProgramName, string>;

/** kube-apiserver's minor: CEL needs 30; kubectl is supported one minor to either side (Kubernetes, Version Skew Policy). */
export const kubernetesMinor = 36;

/** The CoreDNS plugins we build in, in the order of CoreDNS' own plugin.cfg (the order is that of the plugin chain). */
export const coreDnsPlugins = [
  'reload',
  'bind',
  'ready',
  'health',
  'prometheus',
  'errors',
  'log',
  'loadbalance',
  'rewrite',
  'cache',
  'template',
  'hosts',
  'file',
  'loop',
  'forward',
  'whoami',
] as const;
