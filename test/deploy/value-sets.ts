/**
 * Values as installations have them, each showing its part of the chart. The golden files and the real API server are
 * given the same ones. Data only; test/deploy uses it.
 */

export interface ValueSet {
  readonly name: string;
  /** YAML. */
  readonly values: string;
}

export const VALUE_SETS: readonly ValueSet[] = [
  {
    name: 'a federated token behind a proxy, twice, on chosen nodes',
    values: `
image: {repository: registry.example/team/pms, digest: "sha256:${'a'.repeat(64)}", pullSecrets: [registry]}
replicas: 2
priorityClassName: system-cluster-critical
nodeSelector: {kubernetes.io/os: linux}
tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists, effect: NoSchedule}]
affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: Exists}]}]}}}
podAnnotations: {example.com/team: plant}
podLabels: {team: plant}
azure:
  identity: FederatedToken
  tenantId: 22222222-2222-4222-8222-222222222222
  clientId: 33333333-3333-4333-8333-333333333333
  authorityHost: https://login.microsoftonline.us
  resourceManagerEndpoint: https://management.usgovcloudapi.net
  resourceManagerAudience: https://management.usgovcloudapi.net
proxy: {https: "http://proxy.example:3128", noProxy: "login.example,.internal.example", publicEgress: "http://public.example:3128"}
certificateAuthority: {configMap: corporate-ca}
installationId: plant-a
concurrent: 8
logLevel: debug
`,
  },
  {
    name: 'workload identity, the monitors and the guard',
    values: `
serviceAccount: {annotations: {example.com/owner: platform}}
azure:
  identity: WorkloadIdentity
  tenantId: 22222222-2222-4222-8222-222222222222
  clientId: 33333333-3333-4333-8333-333333333333
serviceMonitor: {enabled: true, labels: {release: prometheus}}
podMonitor: {enabled: true, interval: 1m}
deletionGuard: {enabled: true}
rbac: {aggregateToView: false}
`,
  },
  {
    name: 'the CoreDNS of the LAN',
    values: `
coredns:
  enabled: true
  upstream: [10.0.0.2, "10.0.0.3:5353"]
  replicas: 3
  ttlSeconds: 30
  tolerations: [{operator: Exists}]
  service:
    annotations: {example.com/address-pool: lan}
    externalTrafficPolicy: Cluster
    loadBalancerSourceRanges: [10.0.0.0/8]
targets:
  - {name: default, kind: HostsFile, configMap: pms-records, service: {name: pms-coredns, port: dns}, ttlSeconds: 30}
`,
  },
  {
    name: 'a target of each kind, under another name',
    values: `
name: plant
targets:
  - name: lan
    kind: HostsFile
    namespace: dns
    configMap: records
    allowedNamespaces: [plant-a, plant-b]
    allowedSuffixes: [monitor.azure.com]
    allowedAddressRanges: [10.1.0.0/16]
    servers: [10.0.0.53, "10.0.1.53:5353"]
  - name: k3s
    kind: CustomServer
    namespace: kube-system
    configMap: coredns-custom
    allowedNamespaces: ["*"]
    service: {namespace: kube-system, name: kube-dns, port: dns}
    server: {records: Inline, corefile: {configMap: rke2-coredns-rke2-coredns}}
  - name: kubeadm
    kind: Corefile
    namespace: kube-system
    configMap: coredns
    service: {namespace: kube-system, name: kube-dns, port: dns}
    server: {store: {configMap: plant-corefile}}
`,
  },
  {
    name: 'a network policy, and an identity that is kept to places',
    values: `
globalIdentity:
  namespaces: [plant-a, plant-b]
  allowed:
    - {subscriptionId: 11111111-1111-4111-8111-111111111111, resourceGroups: [rg-monitor, rg-network]}
    - {subscriptionId: 44444444-4444-4444-8444-444444444444}
targets:
  - {name: default, kind: HostsFile, configMap: pms-records, servers: ["10.0.0.53", "10.0.1.53:5353", "[fd00::53]:5354"]}
  - {name: old, kind: CustomServer, namespace: kube-system, configMap: coredns-custom, draining: true, service: {namespace: kube-system, name: kube-dns}}
networkPolicy:
  enabled: true
  privateEndpoints: {cidrs: [10.1.0.0/24, 10.2.0.0/24]}
  metricsFrom: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}, podSelector: {matchLabels: {app.kubernetes.io/name: prometheus}}}]
`,
  },
  {
    name: 'a network policy where Azure is asked by a proxy',
    values: `
proxy: {https: "http://10.0.0.8:3128", noProxy: "", publicEgress: "https://egress.example"}
networkPolicy:
  enabled: true
  apiServer: {ports: [6443], cidrs: [10.0.0.10/32]}
  azure: {cidrs: [10.0.0.8/32]}
  dns: {cidrs: [10.0.0.0/24, 10.96.0.10/32]}
`,
  },
  { name: 'a trial without Azure', values: 'simulator: {enabled: true}\n' },
];
