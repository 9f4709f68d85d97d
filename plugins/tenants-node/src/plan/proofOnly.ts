import { InputError } from '@backstage/errors';
import {
  PROOF_ONLY_SIZE,
  TenantSpec,
} from '@threewalls/backstage-plugin-tenants-common';
import { ClusterProfile, Platform, ProofOnlyTenant } from '../config/platform';
import { checkEgress } from './egress';
import { ownerSubject } from './names';
import { inNamespace, planNetwork, toHosts } from './network';
import { planPod } from './pods';
import { KubernetesObject, TenantNames, TenantPlan } from './types';

/**
 * The spec by which the records know a tenant that config declares.
 *
 * @public
 */
export function proofOnlySpec(
  { name, owner, egress, allowInternet }: ProofOnlyTenant,
  cluster: Pick<ClusterProfile, 'name'>,
): TenantSpec {
  const { hosts, cidrs } = egress;
  return {
    name,
    owner,
    cluster: cluster.name,
    size: PROOF_ONLY_SIZE,
    egress: { hosts, cidrs },
    allowInternet,
  };
}

/**
 * Why no more is done with a tenant than to prove it.
 *
 * @public
 */
export function onlyProved(name: string): InputError {
  return new InputError(
    `Tenant ${name} is only proved: its namespace is not the portal's, so nothing of it is created, changed, restored or removed here. The team that created it does that`,
  );
}

/**
 * Every name that a tenant goes by which is only proved; those in Vault are empty
 * where it has nothing there.
 *
 * @public
 */
export function proofOnlyNames(
  { namespace, owner, vault, workload }: ProofOnlyTenant,
  { owners }: Pick<Platform, 'owners'>,
): TenantNames {
  return {
    namespace,
    loginServiceAccount: workload.serviceAccount,
    workloadServiceAccount: workload.serviceAccount,
    vaultPolicy: vault?.policy ?? '',
    vaultRole: vault?.role ?? '',
    kvPath: vault?.path ?? '',
    ownerSubject: ownerSubject(owner, owners),
  };
}

/**
 * A plan without anything in it: nothing of the tenant is ours to apply or to
 * compare, and what it is held to stands beside.
 *
 * @throws InputError for egress that no tenant of the cluster may have
 */
export function planProofOnly(
  declared: ProofOnlyTenant,
  cluster: ClusterProfile,
): TenantPlan {
  const { workload, limits, vault, withoutVault, trustedSubjects } = declared;
  const spec = proofOnlySpec(declared, cluster);
  checkEgress(spec, cluster);
  const labels = workload.podLabels ?? {};
  return {
    spec,
    names: proofOnlyNames(declared, cluster),
    workload: { name: workload.service, port: workload.port, selector: labels },
    stages: [],
    proofOnly: {
      limits,
      vault,
      withoutVault,
      trustedSubjects,
      allowed: allowedOf(declared, cluster),
      template: {
        metadata: { labels },
        spec: {
          ...planPod(cluster),
          serviceAccountName: workload.serviceAccount,
          automountServiceAccountToken: false,
          containers: [
            {
              image: cluster.proofs.image,
              imagePullPolicy: cluster.n8n.imagePullPolicy,
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
        },
      },
    },
  };
}

/** As policies of both kinds that only allow: there is none of ours whose denials would count. */
function allowedOf(
  declared: ProofOnlyTenant,
  cluster: ClusterProfile,
): KubernetesObject[] {
  const { namespace, egress, workload } = declared;
  const network = { ...cluster.network, provider: 'kubernetes' as const };
  const own = planNetwork({
    spec: proofOnlySpec(declared, cluster),
    names: proofOnlyNames(declared, cluster),
    cluster: { ...cluster, network },
    workload,
  });
  const metadata = { name: 'declared', namespace };
  return [
    ...own.map(({ object }) => object),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec: {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: egress.namespaces.map(each => ({ to: [inNamespace(each)] })),
      },
    },
    {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata,
      spec: { endpointSelector: {}, egress: toHosts(egress.hosts) },
    },
  ];
}
