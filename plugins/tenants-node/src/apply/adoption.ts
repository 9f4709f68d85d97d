import { ConflictError } from '@backstage/errors';
import {
  ADOPT_LABEL,
  Adoption,
  AdoptionSource,
  TENANT_LABEL,
} from '@threewalls/backstage-plugin-tenants-common';
import { Cluster } from '../clients';
import { labelText } from '../plan/live/selectors';
import { TenantPlan } from '../plan/types';
import {
  adoptionScripts,
  HandMade,
  migrates,
  plannedParts,
  SETTINGS,
  versionOf,
} from './adoptionScripts';
import { entryNamespace } from './seed';

/** What there is of a hand-made n8n, and of the tenant that it is to become. */
interface Found extends Partial<Omit<HandMade, 'from'>> {
  /** Names of its claims, and where they are mounted */
  claims: string[];
  mounts: any[];
  pods: any[];
  namespace?: any;
  ownClaim?: any;
  ownDeployment?: any;
  /** Metadata of the entry in Vault */
  entry?: any;
}

/**
 * Says how a hand-made n8n becomes the tenant of a plan: what is in the way, and
 * which steps are done. Changes nothing, and reads no Secret and no value in Vault:
 * the portal has no right to.
 *
 * @throws KubernetesError, VaultError
 * @public
 */
export async function previewAdoption(
  from: AdoptionSource,
  plan: TenantPlan,
  cluster: Cluster,
  options: { signal?: AbortSignal } = {},
): Promise<Adoption> {
  const found = await find(from, plan, cluster, options);
  const problems = problemsOf(from, plan, found);
  if (problems.length > 0) {
    return { problems, notes: [], steps: [] };
  }
  const { deployment, pods, volume, ownClaim, ownDeployment, entry } = found;
  const handMade = { from, ...found } as HandMade;
  const { name } = plan.spec;
  const { seed } = plannedParts(plan);
  const isHandedOver =
    deployment.spec.replicas === 0 &&
    pods.length === 0 &&
    volume.spec.claimRef.namespace === plan.names.namespace &&
    volume.spec.persistentVolumeReclaimPolicy === 'Retain' &&
    ownClaim?.status?.phase === 'Bound';
  const { key, handOver, finish, undo } = adoptionScripts(plan, handMade);
  return {
    problems,
    notes: notesOf(plan, handMade),
    steps: [
      {
        id: 'key',
        title: `copy n8n's key and its owner into ${seed.id}, while it runs`,
        by: 'administrator',
        done: hasVersion(entry),
        script: key,
      },
      {
        id: 'handOver',
        title: `stop n8n in ${from.namespace}, and give its volume to ${plan.names.namespace}`,
        by: 'administrator',
        done: isHandedOver,
        script: handOver,
      },
      {
        id: 'apply',
        title: `apply tenant ${name}: first its walls, then n8n on the old data with the old key`,
        by: 'portal',
        done: isHandedOver && ownDeployment?.status?.availableReplicas > 0,
      },
      {
        id: 'finish',
        title: "remove the old Deployment and claim: this can't be undone",
        by: 'administrator',
        done: false,
        script: finish,
      },
    ],
    undo,
  };
}

/**
 * Refuses to apply a plan before the hand-made n8n's key is in Vault and its volume
 * is the tenant's.
 *
 * @throws ConflictError that names what is in the way, or what to do first
 * @public
 */
export async function checkAdoption(
  ...args: Parameters<typeof previewAdoption>
): Promise<void> {
  const { problems, steps } = await previewAdoption(...args);
  const first = steps.find(({ done, id }) => !done && id !== 'apply');
  if (problems.length > 0) {
    throw new ConflictError(problems.join('; '));
  }
  if (first && first.id !== 'finish') {
    throw new ConflictError(
      `First have an administrator ${first.title}: the preview has the script`,
    );
  }
}

async function find(
  { namespace, deployment: name }: AdoptionSource,
  plan: TenantPlan,
  { kubernetes, vault }: Cluster,
  options: { signal?: AbortSignal },
): Promise<Found> {
  // In namespaces that are not its own the portal may list, and get nothing.
  const list = async (kind: string, where: string, selector: object) => {
    const apiVersion = kind === 'Deployment' ? 'apps/v1' : 'v1';
    return (
      await kubernetes.list<any>(
        { apiVersion, kind, namespace: where },
        { ...selector, ...options },
      )
    ).items;
  };
  const one = async (kind: string, where: string, wanted: string) =>
    (await list(kind, where, { fieldSelector: `metadata.name=${wanted}` }))[0];
  const own = plan.names.namespace;
  const { seed, claim: planned } = plannedParts(plan);
  const CLAIM = 'PersistentVolumeClaim';
  const [deployment, ownNamespace, ownClaim, ownDeployment, entry] =
    await Promise.all([
      one('Deployment', namespace, name),
      kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: own }),
      one(CLAIM, own, planned.metadata.name),
      one('Deployment', own, plan.workload.name),
      vault.read(`${seed.mount}/metadata/${seed.path}`),
    ]);
  const pod = deployment?.spec.template.spec;
  const data = (pod?.volumes ?? []).filter((v: any) => v.persistentVolumeClaim);
  const claims = data.map((v: any) => v.persistentVolumeClaim.claimName);
  const mountsOf = ({ volumeMounts = [] }: any) =>
    volumeMounts.filter((m: any) => data.some((v: any) => v.name === m.name));
  const [claim, pods] = await Promise.all([
    claims.length === 1 ? one(CLAIM, namespace, claims[0]) : undefined,
    list('Pod', namespace, {
      labelSelector: labelText(deployment?.spec.selector.matchLabels),
    }),
  ]);
  const volumeName = claim?.spec.volumeName;
  return {
    deployment,
    container: pod?.containers.find((c: any) => mountsOf(c).length > 0),
    claims,
    mounts: (pod?.containers ?? []).flatMap(mountsOf),
    claim,
    volume:
      volumeName &&
      (await kubernetes.get(
        { apiVersion: 'v1', kind: 'PersistentVolume', name: volumeName },
        options,
      )),
    pods,
    namespace: ownNamespace,
    ownClaim,
    ownDeployment,
    entry,
  };
}

function problemsOf(
  from: AdoptionSource,
  plan: TenantPlan,
  found: Found,
): string[] {
  const { deployment, container, claims, mounts, claim, volume } = found;
  const { names, spec } = plan;
  const planned = plannedParts(plan);
  const what = `Deployment ${from.deployment} in ${from.namespace}`;
  if (from.namespace === names.namespace) {
    return [
      `${what} is in the very namespace that tenant ${spec.name} is to have: adopt it under another name`,
    ];
  }
  if (!deployment) {
    return [`There is no ${what}. Of a StatefulSet no n8n is adopted`];
  }
  if (deployment.metadata.labels?.[TENANT_LABEL]) {
    return [`${what} is a tenant's already`];
  }
  if (claims.length !== 1 || mounts.length !== 1 || !claim) {
    return [
      `${what} has its data in ${claims.length} claims (${claims.join(
        ', ',
      )}), mounted ${mounts.length} times: it has to be one, mounted once`,
    ];
  }
  const problems: string[] = [];
  const [{ mountPath, subPath, subPathExpr }] = mounts;
  if (mountPath !== planned.folder || subPath || subPathExpr) {
    problems.push(
      `${what} has not all of claim ${claim.metadata.name} at ${planned.folder}`,
    );
  }
  for (const { name, value } of container.env ?? []) {
    if (value && Object.hasOwn(SETTINGS, name) && value !== SETTINGS[name]) {
      problems.push(
        `${what} sets ${name}: n8n is adopted with SQLite in its volume, and in one process`,
      );
    }
  }
  const [theirs, ours] = [versionOf(container.image), planned.version];
  const at = theirs?.findIndex((part, i) => ours && part !== ours[i]) ?? -1;
  if (at >= 0 && theirs![at] > ours![at]) {
    problems.push(
      `${what} runs n8n ${theirs!.join('.')}, the tenant would run ${ours!.join(
        '.',
      )}, and no n8n takes its migrations back: set n8n.image to that version or a newer one`,
    );
  }
  const homes = [`${from.namespace}/${claim.metadata.name}`].concat(
    `${names.namespace}/${planned.claim.metadata.name}`,
  );
  const { namespace: home, name } = volume?.spec.claimRef ?? {};
  if (!homes.includes(`${home}/${name}`)) {
    problems.push(`Claim ${homes[0]} has no volume of its own`);
  }
  const { labels = {} } = found.namespace?.metadata ?? {};
  const isOther =
    found.namespace && !labels[ADOPT_LABEL] && !labels[TENANT_LABEL];
  const { volumeName } = found.ownClaim?.spec ?? {};
  if (isOther || (found.ownClaim && volumeName !== claim.spec.volumeName)) {
    problems.push(
      `Namespace ${names.namespace} is there, with ${
        isOther ? 'something else' : 'a volume of its own'
      } in it: adopt under another name`,
    );
  }
  const marked = entryNamespace(found.entry);
  if (marked && marked !== found.namespace?.metadata.uid) {
    problems.push(
      `${planned.seed.id} is another namespace's (UID ${marked}): remove it in Vault, or adopt under another name`,
    );
  }
  return problems;
}

function notesOf(plan: TenantPlan, handMade: HandMade): string[] {
  const { deployment, container } = handMade;
  const ours = plannedParts(plan).container;
  const kept = [...ours.env.map((e: any) => e.name), ...Object.keys(SETTINGS)];
  // Names alone: a value may be a secret.
  const ending = [
    ...(container.env ?? [])
      .map((e: any) => e.name)
      .filter((name: string) => !kept.includes(name)),
    ...(container.envFrom ?? []).map(
      (e: any) => `all of ${(e.secretRef ?? e.configMapRef)?.name}`,
    ),
    ...deployment.spec.template.spec.containers
      .filter((c: any) => c.name !== container.name)
      .map((c: any) => `container ${c.name}`),
  ];
  return [
    'Workflows, executions, credentials, users and passwords stay; the first and last name of n8n’s owner do not',
    'n8n is away from the hand-over until the tenant is applied, and has the tenant’s address then: tell those who call its webhooks. It reaches what the tenant is allowed to',
    migrates(plan, handMade)
      ? `${container.image} becomes ${ours.image}, which migrates the database. The hand-over copies that first, for which the volume needs room; undoing puts the copy back, without what was changed since`
      : 'n8n stays the same version: undoing keeps what was changed since',
    ending.length > 0
      ? `Not taken over: ${ending.join(', ')}`
      : 'All settings are taken over',
    'Helm, Argo CD or Flux may scale the old Deployment up again: its pod can’t start, as the volume is the tenant’s. Take it out there with the last step',
  ];
}

function hasVersion(entry: any): boolean {
  const version = entry?.versions?.[entry.current_version];
  return Boolean(version && !version.destroyed && !version.deletion_time);
}
