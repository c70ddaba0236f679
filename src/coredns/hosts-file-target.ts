/**
 * The HostsFile target: the key `pms.hosts` of one ConfigMap, which a CoreDNS reads as a file. Lines of objects that did
 * not ask are carried over, writes are one at a time and only when a byte changes. src/coredns/targets.ts makes them.
 */
import { PortError } from '../domain/failures.ts';
import type { ConfigMapRef } from '../ports-dns.ts';
import {
  foreignBytes,
  HOSTS_KEY,
  immutableFailure,
  isOurs,
  keyBytes,
  notOurs,
  type Place,
  TARGET_ANNOTATION,
} from './config-map-claim.ts';
import { parseHosts, renderHosts } from './hosts-text.ts';
import { createLineTarget, type LineTarget } from './line-target.ts';
import { remembering } from './remembering.ts';
import type { Sight, Storage } from './storage.ts';
import type { TargetBase, TargetDeps } from './target-config.ts';

/** A target as the administrator configured it (src/config/targets.ts returns the same shape). */
export interface HostsFileConfig extends TargetBase {
  readonly kind: 'HostsFile';
}

interface HostsFileSight extends Sight {
  readonly view: Awaited<ReturnType<TargetDeps['store']['read']>>;
}

/** Touches nothing. */
export const createHostsFileTarget = (config: HostsFileConfig, deps: TargetDeps): LineTarget =>
  createLineTarget({ config, deps, storage: hostsFileStorage(config, deps) });

function hostsFileStorage(config: HostsFileConfig, { installation, store }: TargetDeps): Storage<HostsFileSight> {
  const ref: ConfigMapRef = { namespace: config.namespace, name: config.configMap };
  const place: Place = { ...ref, marker: `${installation}/${config.name}` };
  const parse = remembering(parseHosts);
  return {
    refs: [ref],
    async look(signal) {
      const view = await store.read(ref, signal);
      const isMine = view !== undefined && isOurs(view, place);
      const text = view?.data[HOSTS_KEY];
      return {
        ...parse(isMine ? (text ?? '') : ''),
        view,
        present: isMine && text !== undefined,
        refusal: view && notOurs(view, place),
        isWritten: lines => isMine && text === renderHosts(lines),
        sizeWith: lines => ({ ref, bytes: foreignBytes(view) + keyBytes(renderHosts(lines)) }),
      };
    },
    writer: async ({ view }) => ({
      refusal: () => undefined,
      async write(lines, signal) {
        if (view?.immutable) throw new PortError(immutableFailure(ref));
        const data = { [HOSTS_KEY]: renderHosts(lines) };
        // Without a key of that name there is nobody to take it from: a conflict is then somebody who was faster.
        const force = view?.data[HOSTS_KEY] !== undefined;
        const annotations = { [TARGET_ANNOTATION]: place.marker };
        await store.apply(ref, { annotations, data }, { resourceVersion: view?.resourceVersion ?? '', force }, signal);
      },
    }),
  };
}
