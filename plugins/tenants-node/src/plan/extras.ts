import { InputError } from '@backstage/errors';
import {
  canonicalRef,
  Wall,
} from '@threewalls/backstage-plugin-tenants-common';
import { ExtraObject, filled, PLANNED } from '../config/extraObjects';
import { PlanContext } from './context';
import { parseEntityRef } from './names';
import { tenantObject } from './objects';
import { KubernetesResource } from './types';

/** Kinds by which a wall could be opened: these belong to it like the plan's own. */
const WALLS: Record<string, Wall> = {
  ExternalSecret: 'secret',
  ServiceAccount: 'secret',
};

/** What the platform adds to every tenant: objects, and what it writes on the namespace. */
export function planExtras(context: PlanContext): {
  resources: KubernetesResource[];
  namespace?: ExtraObject['metadata'];
} {
  const { spec, names, cluster } = context;
  const objects = filled(cluster.extraObjects, {
    name: spec.name,
    namespace: names.namespace,
    owner: spec.owner,
    ownerName: parseEntityRef(canonicalRef(spec.owner)).name,
    size: spec.size,
    cluster: spec.cluster,
    kvPath: names.kvPath,
    vaultRole: names.vaultRole,
  });
  return {
    namespace: objects.find(({ kind }) => kind === 'Namespace')?.metadata,
    resources: objects
      .filter(({ kind }) => kind !== 'Namespace')
      .map(({ metadata, ...object }) => {
        const { name = '' } = metadata;
        if (PLANNED.test(name)) {
          throw new InputError(
            `tenants.extraObjects: for tenant ${spec.name} ${object.kind} ${name} is the plan's own`,
          );
        }
        return tenantObject(context, WALLS[object.kind], {
          ...object,
          ...metadata,
          name,
        });
      }),
  };
}
