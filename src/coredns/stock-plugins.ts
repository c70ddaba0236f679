/**
 * The directives that the published builds of CoreDNS know, 1.8 to 1.15. A word that is not among them stops CoreDNS at
 * its next start. Data; src/coredns only. Source: coredns/coredns, plugin.cfg.
 */
const STOCK_PLUGINS: ReadonlySet<string> = new Set([
  ...['root', 'metadata', 'geoip', 'cancel', 'proxyproto', 'quic', 'grpc_server', 'https', 'https3', 'timeouts'],
  ...['multisocket', 'reload', 'nsid', 'bufsize', 'bind', 'debug', 'trace', 'ready', 'health', 'pprof', 'shed'],
  ...['prometheus', 'errors', 'log', 'dnstap', 'local', 'dns64', 'siit', 'acl', 'any', 'chaos', 'loadbalance'],
  ...['tsig', 'cache', 'rewrite', 'header', 'dnssec', 'autopath', 'tls', 'minimal', 'template', 'transfer'],
  ...['dynupdate', 'hosts', 'route53', 'azure', 'clouddns', 'k8s_external', 'kubernetes', 'file', 'auto'],
  ...['secondary', 'etcd', 'loop', 'forward', 'grpc', 'erratic', 'whoami', 'on', 'sign', 'view', 'nomad'],
]);

export const isStockPlugin = (word: string): boolean => STOCK_PLUGINS.has(word);
