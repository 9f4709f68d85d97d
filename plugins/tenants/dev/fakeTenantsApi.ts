import { ServiceUnavailableError } from '@backstage/errors';
import {
  ProofSummary,
  Tenant,
  TenantsApi,
} from '@threewalls/backstage-plugin-tenants-common';
import {
  answersOf,
  degraded,
  platform,
  proofOf,
  runningProof,
  summaryOf,
  tenants,
} from '../src/__fixtures__';
import { manyTenants } from './manyTenants';

const PROOF_MS = 8_000;
const CHECKS = 12;

/**
 * A backend in the browser: a proof that is asked for moves and comes to an end.
 *
 * What it pretends is in the page's address: `tenants=1000`, `clusters=2` (or 0),
 * `provider=kubernetes`, `away=cluster` or `away=backend`, `refusal=1`, `slow=1`.
 */
export function fakeTenantsApi(): TenantsApi {
  const pretend = new URLSearchParams(window.location.search);
  const count = pretend.get('tenants');
  const all = count ? manyTenants(Number(count)) : { ...tenants };
  const answers = answersOf(all, historyOf);
  const started = new Map<string, number>();

  const proved = (tenant: Tenant): Tenant => {
    const { name } = tenant;
    const elapsed = Date.now() - (started.get(name) ?? NaN);
    if (elapsed > PROOF_MS) {
      return { ...tenant, lastProof: summaryOf(proofOf(name, { minutes: 0 })) };
    }
    const done = Math.floor((CHECKS * elapsed) / PROOF_MS);
    return started.has(name)
      ? {
          ...tenant,
          currentProof: {
            ...runningProof(name),
            progress: { phase: 'attacking', done, total: CHECKS },
          },
        }
      : tenant;
  };
  const api: TenantsApi = {
    ...answers,
    async listTenants(request) {
      const page = await answers.listTenants(request);
      return { ...page, items: page.items.map(proved) };
    },
    getTenant: async name => proved(await answers.getTenant(name)),
    startOperation(name, request) {
      if (request.kind === 'prove') {
        started.set(name, Date.now());
      }
      return answers.startOperation(name, request);
    },
    previewTenant: async request => ({
      ...(await answers.previewTenant(request)),
      refusal: pretend.has('refusal')
        ? 'The quotas of all tenants would be 12 GiB of memory, and the nodes have 8 GiB'
        : undefined,
    }),
    async getPlatform() {
      const [first] = platform.clusters;
      const lab = { ...first };
      if (pretend.get('provider') === 'kubernetes') {
        lab.networkProvider = 'kubernetes';
      }
      const edge = { ...lab, name: 'edge', title: 'Edge (Frankfurt)' };
      const clusters = Number(pretend.get('clusters') ?? 1);
      return { ...platform, clusters: [lab, edge].slice(0, clusters) };
    },
    getHealth: async () =>
      pretend.get('away') === 'cluster' ? degraded : answers.getHealth(),
  };

  async function reach() {
    if (pretend.has('slow')) {
      await new Promise(resolve => setTimeout(resolve, 600_000));
    }
    if (pretend.get('away') === 'backend') {
      throw new ServiceUnavailableError('connect ECONNREFUSED 127.0.0.1:7007');
    }
  }
  return Object.fromEntries(
    Object.entries(api).map(([name, answer]) => [
      name,
      async (...request: unknown[]) => {
        await reach();
        return (answer as Function)(...request);
      },
    ]),
  ) as unknown as TenantsApi;
}

/** Proofs of a month, with a breach, a doubt and an outage among them. */
function historyOf({ name, lastProof, createdAt }: Tenant): ProofSummary[] {
  if (!lastProof) {
    return [];
  }
  const ageMinutes = (Date.now() - Date.parse(createdAt)) / 60_000;
  const older: ProofSummary[] = [];
  for (let minutes = 7; minutes < ageMinutes; minutes += 5) {
    const hours = minutes / 60;
    const isAway = hours > 30 && hours < 32.5;
    const network = hours > 9 && hours < 9.3 ? 'breached' : 'holds';
    const secret = hours > 3 && hours < 3.6 ? 'unproven' : 'holds';
    if (!isAway) {
      const verdicts = [{ status: network }, { status: secret }] as const;
      older.push(
        summaryOf(proofOf(name, { minutes, verdicts: [...verdicts] })),
      );
    }
  }
  return [lastProof, ...older];
}
