import {
  breachesOf,
  mergedTimeline,
  Operation,
  PROOF_ONLY_SIZE,
  Proof,
  ProofSummary,
  Receipt,
  say,
  Tenant,
  TenantTimeline,
  timelineOf,
  WallState,
  WallVerdict,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { breachedReceipts, inconclusive, receipts } from './receipts';

const MINUTE_MS = 60_000;
const DURATION_MS = 7_400;

const sound = (attacks: number) => ({
  summary: `All ${attacks} attacks blocked`,
  barriers: { counted: attacks, refused: attacks },
  controls: { tried: 1, succeeded: 1 },
});

/** What the receipts of a sound tenant come to, wall by wall. */
const SOUND = { network: sound(9), secret: sound(4), resource: sound(3) };

/** ISO 8601 of a moment so many minutes ago. */
export function minutesAgo(minutes: number): string {
  return new Date(Date.now() - minutes * MINUTE_MS).toISOString();
}

/** A proof of a tenant, with its receipts. */
export function proofOf(
  tenant: string,
  options: {
    minutes?: number;
    verdicts?: Partial<WallVerdict>[];
    receipts?: Receipt[];
    id?: string;
  } = {},
): Proof {
  const { minutes = 2, verdicts = [] } = options;
  const finishedAt = minutesAgo(minutes);
  const startedAt = new Date(
    Date.parse(finishedAt) - DURATION_MS,
  ).toISOString();
  return {
    id: options.id ?? `${tenant}-${minutes}`,
    tenant,
    state: 'done',
    trigger: 'schedule',
    startedAt,
    finishedAt,
    durationMs: DURATION_MS,
    neighbour: tenant === 'globex' ? 'acme' : 'globex',
    verdicts: WALLS.map((wall, i) => ({
      wall,
      status: 'holds',
      ...SOUND[wall],
      ...verdicts[i],
    })),
    receipts: options.receipts ?? receipts(startedAt),
  };
}

/** What the objects of a tenant are called. */
export const namesOf = (name: string) => ({
  namespace: `web-tenant-${name}`,
  loginServiceAccount: `n8n-${name}`,
  workloadServiceAccount: 'n8n',
  vaultPolicy: `tenant-${name}`,
  vaultRole: `tenant-${name}`,
  kvPath: `web-tenant-${name}`,
});

/** A tenant whose walls are as in its last proof. */
export function tenantOf(
  name: string,
  proof: Proof | undefined,
  changes: Partial<Tenant> & { wall?: Partial<WallState> } = {},
): Tenant {
  const { wall, ...rest } = changes;
  const owner = `group:default/${name}-team`;
  return {
    uid: `uid-${name}`,
    name,
    cluster: 'lab',
    namespace: `web-tenant-${name}`,
    owner,
    spec: {
      name,
      owner,
      cluster: 'lab',
      size: 'small',
      egress: { hosts: ['api.saas.test'], cidrs: [] },
      allowInternet: false,
    },
    phase: 'active',
    entityRef: `resource:default/${name}`,
    names: { ...namesOf(name), kvMount: 'secret' },
    url: `https://${name}.n8n.example.com`,
    walls: WALLS.map((w, i) => ({
      wall: w,
      status: proof?.verdicts[i].status ?? 'unproven',
      summary: proof?.verdicts[i].summary ?? 'No proof yet',
      wording: proof?.verdicts[i].wording,
      stale: false,
      provedAt: proof?.finishedAt,
      ...wall,
    })),
    lastProof: proof && summaryOf(proof),
    createdAt: minutesAgo(40 * 24 * 60),
    ...rest,
  };
}

/** The same, as config declares it for a namespace that another team made. */
export function onlyProved(tenant: Tenant): Tenant {
  return { ...tenant, spec: { ...tenant.spec, size: PROOF_ONLY_SIZE } };
}

/** A proof as lists show it. */
export function summaryOf(proof: Proof): ProofSummary {
  const { receipts: _, ...summary } = proof;
  return summary;
}

/** A time line of a tenant over the last day, from its proofs. */
export function timelineOfProofs(
  tenant: Tenant,
  all: ProofSummary[],
  options: { now?: number; windowMs?: number; breakMs?: number } = {},
): TenantTimeline {
  const { now = Date.now(), windowMs = 24 * 60 * MINUTE_MS, breakMs } = options;
  const { createdAt, name } = tenant;
  const timeline = timelineOf(all, { now, windowMs, createdAt });
  return {
    tenant: name,
    ...mergedTimeline(timeline, breakMs),
    proofs: all.filter(
      ({ finishedAt }) =>
        finishedAt &&
        Date.parse(finishedAt) >= timeline.from &&
        Date.parse(finishedAt) <= timeline.to,
    ).length,
    breaches: breachesOf(timeline),
  };
}

/** Operations of a tenant: an order, and a restore that failed. */
export function operationsOf(name: string): Operation[] {
  const common = (minutes: number) => ({
    tenant: name,
    cluster: 'lab',
    request: { kind: 'apply' as const },
    requestedBy: 'user:default/jane',
    createdAt: minutesAgo(minutes),
    startedAt: minutesAgo(minutes),
    finishedAt: minutesAgo(minutes - 1),
  });
  return [
    {
      ...common(50),
      id: `${name}-restore`,
      request: { kind: 'apply', purpose: 'restore' },
      state: 'failed',
      trigger: 'user',
      error: 'Vault is sealed',
    },
    {
      ...common(90),
      id: `${name}-create`,
      state: 'succeeded',
      trigger: 'task',
      applied: {
        created: 31,
        updated: 0,
        unchanged: 0,
        namespace: `web-tenant-${name}`,
      },
    },
  ];
}

/** A proof under way. */
export function runningProof(tenant: string): ProofSummary {
  return {
    id: `${tenant}-running`,
    tenant,
    state: 'running',
    trigger: 'user',
    startedAt: minutesAgo(0),
    progress: { phase: 'waiting for receipts', done: 7, total: 12 },
    verdicts: [],
  };
}

const breached = proofOf('globex', {
  verdicts: [
    {
      status: 'breached',
      ...say('gotThrough', {
        through: 2,
        counted: 9,
        check: 'net.canary-egress',
        first: 'reached the canary',
      }),
      barriers: { counted: 9, refused: 7 },
    },
  ],
  receipts: breachedReceipts(minutesAgo(2)),
});

const unproven = proofOf('initech', {
  verdicts: [
    {},
    {
      status: 'unproven',
      summary: "Couldn't verify: Vault is sealed",
      controls: { tried: 1, succeeded: 0 },
    },
  ],
  receipts: [
    ...receipts(minutesAgo(2)).filter(r => r.wall !== 'secret'),
    inconclusive(minutesAgo(2)),
  ],
});

const holds = proofOf('acme');
const old = proofOf('hooli', { minutes: 95 });

/** The last proof of each tenant below that has one. */
export const proofs: Record<string, Proof> = {
  acme: holds,
  globex: breached,
  initech: unproven,
  hooli: old,
};

/** A tenant in each of the states that the card knows. */
export const tenants: Record<string, Tenant> = {
  acme: tenantOf('acme', holds, {
    usage: { cpu: 0.5, memory: 0.9375, pods: 0.1 },
  }),
  globex: tenantOf('globex', breached, {
    usage: { cpu: 0.25, memory: 0.5, pods: 0.3 },
    changed: [
      {
        id: 'NetworkPolicy tenant-isolation',
        change: 'update',
        fields: [
          {
            field: 'spec.egress',
            manager: 'kubectl-edit',
            since: minutesAgo(12),
          },
        ],
      },
    ],
  }),
  initech: tenantOf('initech', unproven, {
    usage: { cpu: 1, memory: 0.7, pods: 0.4 },
  }),
  hooli: tenantOf('hooli', old, { wall: { stale: true }, outdated: true }),
  umbrella: tenantOf('umbrella', proofOf('umbrella'), {
    currentProof: runningProof('umbrella'),
  }),
  wonka: tenantOf('wonka', undefined),
  stark: tenantOf('stark', proofOf('stark'), { phase: 'removing' }),
};
