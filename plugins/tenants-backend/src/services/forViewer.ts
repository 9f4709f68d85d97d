import {
  Proof,
  ProofSummary,
  Receipt,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  CANARY,
  Platform,
  tenantNames,
} from '@threewalls/backstage-plugin-tenants-node';

/** What stands for a tenant that the viewer may not read. */
const SOMEBODY = '***';

/** Whether the viewer may read the tenant of that name, if there is one. */
export type KnowsName = (name: string) => boolean;

/**
 * A proof as its viewer may see it: whom it was made against is another tenant's
 * business, and stays unsaid where the viewer may not read that tenant.
 */
export function forViewer<P extends ProofSummary | Proof>(
  proof: P,
  knows: KnowsName,
  platform: Pick<Platform, 'clusters' | 'naming' | 'owners'>,
): P {
  const { neighbour } = proof;
  if (!neighbour || neighbour === CANARY || knows(neighbour)) {
    return proof;
  }
  const hide = hiding(neighbour, platform);
  return {
    ...proof,
    neighbour: SOMEBODY,
    verdicts: proof.verdicts.map(verdict => ({
      ...verdict,
      summary: hide(verdict.summary),
    })),
    ...('receipts' in proof && {
      receipts: proof.receipts.map(receipt =>
        withoutName(receipt, neighbour, hide),
      ),
    }),
  };
}

function withoutName(
  receipt: Receipt,
  neighbour: string,
  hide: (text: string) => string,
): Receipt {
  const { id, about, source, target, request, expected, response, reason } =
    receipt;
  return {
    ...receipt,
    id: hide(id),
    about: {
      ...about,
      ...(about.neighbour === neighbour && { neighbour: SOMEBODY }),
    },
    source: { ...source, name: hide(source.name) },
    target: hide(target),
    request: hide(request),
    expected: hide(expected),
    response: hide(response),
    ...(reason !== undefined && { reason: hide(reason) }),
  };
}

/** Replaces every name that a tenant goes by; one that only begins alike stays. */
function hiding(
  name: string,
  platform: Pick<Platform, 'clusters' | 'naming' | 'owners'>,
): (text: string) => string {
  const namesOf = (of: string) => {
    const names = tenantNames(of, 'group:default/none', platform);
    return [
      names.namespace,
      names.kvPath,
      names.vaultRole,
      names.loginServiceAccount,
    ];
  };
  const instead = namesOf(SOMEBODY);
  // Of one that others have made a ServiceAccount is called as anybody's may be.
  const declared = platform.clusters
    .flatMap(({ proofOnly }) => proofOnly)
    .filter(one => one.name === name)
    .flatMap(({ namespace, vault }) => [namespace, vault?.path, vault?.role])
    .flatMap((text, i) => (text ? [[text, instead[i]] as const] : []));
  const patterns = [
    ...namesOf(name).map((text, i) => [text, instead[i]] as const),
    ...declared,
  ].map(
    ([text, by]) =>
      [new RegExp(`(?<![\\w-])${escaped(text)}(?![\\w-])`, 'g'), by] as const,
  );
  return text =>
    patterns.reduce(
      (left, [pattern, by]) => left.replace(pattern, () => by),
      text,
    );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
