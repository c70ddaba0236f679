/**
 * Corefiles for the tests: what the platforms ship, and everything that stops a CoreDNS at its next start. Ports, and
 * plugins that our build of CoreDNS does not have, are replaced for a run on loopback (clustered-coredns.ts).
 */

/** kubeadm's, without the plugin kubernetes, which needs an API server. */
export const KUBEADM = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`;

/** AKS': the managed Corefile, which imports the user's two kinds of keys. */
export const AKS = `.:53 {
    errors
    ready
    health {
      lameduck 5s
    }
    prometheus :9153
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
    import custom/*.override
    template ANY ANY internal.cloudapp.net {
      match "^(?:[^.]+\\.){4,}internal\\.cloudapp\\.net\\.$"
      rcode NXDOMAIN
      fallthrough
    }
    template ANY ANY reddog.microsoft.com {
      rcode NXDOMAIN
    }
}
import custom/*.server
`;

/** k3s': `hosts` is in .:53 already, and the imports stand where k3s has them. */
export const K3S = `.:53 {
    errors
    health
    ready
    hosts /etc/coredns/NodeHosts {
      ttl 60
      reload 15s
      fallthrough
    }
    prometheus :9153
    cache 30
    loop
    reload
    loadbalance
    import /etc/coredns/custom/*.override
    forward . /etc/resolv.conf
}
import /etc/coredns/custom/*.server
`;

export interface BadCorefile {
  readonly name: string;
  readonly text: string;
  /** What the reader says. */
  readonly says: RegExp;
}

const block = (...lines: readonly string[]): string => ['a.example.com:53 {', ...lines, '}', ''].join('\n    ');

/** CoreDNS refuses each. The first six are those of facts coredns 2.3. */
export const BAD_COREFILES: readonly BadCorefile[] = [
  { name: 'a missing brace', text: 'a.example.com:53 {\n    whoami\n', says: /no closing }/ },
  { name: 'an unknown directive', text: block('frobnicate'), says: /unknown directive frobnicate/ },
  {
    name: 'a zone that is there twice',
    text: `${block('whoami')}dns://A.Example.COM. {\n    whoami\n}\n`,
    says: /A\.Example\.COM\. is served by another block already/,
  },
  {
    name: 'an unknown option after fallthrough',
    text: block('hosts /dev/null {', 'fallthrough', 'fallthru', '}'),
    says: /unknown option fallthru after fallthrough/,
  },
  {
    name: 'a second hosts in one block',
    text: block('hosts /dev/null {', 'fallthrough', '}', 'hosts /dev/null'),
    says: /a second hosts/,
  },
  { name: 'ttl 0', text: block('hosts /dev/null {', 'ttl 0', '}'), says: /ttl 0 is not from 1/ },
  { name: 'a ttl that is no number', text: block('hosts /dev/null {', 'ttl 60s', '}'), says: /ttl 60s/ },
  { name: 'a reload of hosts that is no time', text: block('hosts /dev/null {', 'reload 5', '}'), says: /a duration/ },
  { name: 'a zone twice in one block', text: 'a.example.com:53 a.example.com:53 {\n    whoami\n}\n', says: /already/ },
  {
    name: 'a zone on an address and on all addresses',
    text: `${block('bind 127.0.0.1', 'whoami')}${block('whoami')}`,
    says: /already/,
  },
  { name: 'a closing brace in the line of a directive', text: 'a.example.com:53 { whoami }\n', says: /without a {/ },
  {
    name: 'a directive that never closes',
    text: 'a.example.com:53 {\n    hosts /dev/null {\n        ttl 60\n',
    says: /hosts has no closing }/,
  },
  { name: 'a file to import that is not there', text: 'import custom/none.server\n', says: /no such file/ },
  { name: 'an import of two files', text: 'import custom/a custom/b\n', says: /takes one file/ },
  { name: 'an import of nothing', text: `import\n${block('whoami')}`, says: /import of nothing/ },
  { name: 'two stars in an import', text: 'import custom/*.*\n', says: /only one \*/ },
];
