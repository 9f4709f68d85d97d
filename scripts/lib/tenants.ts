import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller, Portal } from './portal.ts';

/** The tenants that a start makes. */
export const TENANTS = [
  { name: 'acme', owner: 'group:default/acme-team' },
  { name: 'globex', owner: 'group:default/globex-team' },
];

/** Milliseconds that walls may stay unproven after a start. */
const UNPROVEN_MS = 90_000;

interface Receipt {
  check: string;
  wall: string;
  kind: string;
  outcome: string;
  code: string;
  response: string;
  request: string;
}

export interface Proof {
  verdicts: { wall: string; status: string; summary: string }[];
  receipts: Receipt[];
}

/**
 * Runs one of the real templates to its end; a line for each line of its log.
 *
 * @throws Error with the task's own message where it fails
 */
export async function runTemplate(
  portal: Portal,
  template: string,
  values: Record<string, unknown>,
  onLine: (line: string) => void = () => {},
): Promise<void> {
  const entity = `/api/catalog/entities/by-name/template/default/${template}`;
  await portal.until(entity, 60);
  const { id } = await portal.call('POST', '/api/scaffolder/v2/tasks', {
    templateRef: `template:default/${template}`,
    values,
  });
  let after = -1;
  for (;;) {
    const events = await portal.call<any[]>(
      'GET',
      `/api/scaffolder/v2/tasks/${id}/events?after=${after}`,
    );
    for (const event of events) {
      after = Math.max(after, event.id);
      onLine(plain(event.body?.message ?? ''));
      if (event.type === 'completion') {
        const task = await portal.call('GET', `/api/scaffolder/v2/tasks/${id}`);
        if (task.status !== 'completed') {
          throw new Error(
            `${template} ended as ${task.status}: ${
              event.body.error?.message ?? event.body.message
            }`,
          );
        }
        return;
      }
    }
  }
}

/** A line of a task's log without its colours and level. */
function plain(line: string): string {
  // eslint-disable-next-line no-control-regex
  return line
    .replace(/\u001b\[\d+m/g, '')
    .replace(/^\w+: /, '')
    .trim();
}

/**
 * Proves a tenant now and hands back the proof with its receipts. Right after a
 * cluster's start n8n may not be ready, and walls can't be proved yet: then it is
 * tried again for a while.
 */
export async function prove(
  portal: Portal,
  name: string,
  detail: (text: string) => void = () => {},
): Promise<Proof> {
  const deadline = Date.now() + UNPROVEN_MS;
  for (;;) {
    const { id } = await operate(portal, name, { kind: 'prove' });
    const proof = await portal.call<Proof>(
      'GET',
      `/api/tenants/tenants/${name}/proofs/${id}`,
    );
    const unproven = proof.verdicts.find(v => v.status === 'unproven');
    if (!unproven || Date.now() > deadline) {
      return proof;
    }
    detail(`${unproven.wall}: ${unproven.summary}`);
    await sleep(2000);
  }
}

/** Of those names the tenants whose cluster has outlived the portal's database. */
export async function orphansOf(
  portal: Portal,
  names: string[],
): Promise<string[]> {
  const { impostors = [] } = await portal.operator.call(
    'GET',
    '/api/tenants/tenants?limit=1',
  );
  const found = impostors.map((i: { name: string }) => i.name);
  return names.filter(name => found.includes(name));
}

/** Makes such a tenant the portal's again, with all that it has. */
export async function adopt(portal: Portal, name: string): Promise<void> {
  await operate(portal.operator, name, { kind: 'apply', adopt: true });
}

/**
 * Starts an operation on a tenant and follows it to its end.
 *
 * @throws Error with why it failed
 */
export async function operate(
  portal: Caller,
  name: string,
  request: object,
): Promise<{ id: string }> {
  const path = `/api/tenants/tenants/${name}/operations`;
  const { id } = await portal.call('POST', path, request);
  const deadline = Date.now() + 360_000;
  for (;;) {
    const operation = await portal.call('GET', `${path}/${id}`);
    if (operation.finishedAt) {
      if (operation.state !== 'succeeded') {
        throw new Error(`${name}: ${operation.error ?? operation.state}`);
      }
      return operation;
    }
    if (Date.now() > deadline) {
      throw new Error(`Operation ${id} of ${name} did not end within 360 s`);
    }
    await sleep(250);
  }
}

/** The receipt that shows a wall best: what decided it, or the plainest refusal. */
export function tellingReceipt(
  proof: Proof,
  wall: string,
): Receipt | undefined {
  const receipts = proof.receipts.filter(r => r.wall === wall);
  const decisive = ['breached', 'failed', 'inconclusive']
    .map(outcome => receipts.find(r => r.outcome === outcome))
    .find(Boolean);
  const plainest: Record<string, string[]> = {
    network: ['net.neighbour-service', 'net.canary-egress'],
    secret: ['sec.eso-neighbour', 'sec.neighbour-data', 'sec.canary-data'],
    resource: ['res.container-max'],
  };
  const asExpected = receipts.filter(r => r.outcome === 'asExpected');
  const best = plainest[wall].flatMap(id =>
    asExpected.filter(r => r.check === id),
  );
  return decisive ?? best[0] ?? asExpected.find(r => r.kind === 'barrier');
}

/** A tenant's spec, as the API has it. */
export interface TenantSpec {
  name: string;
  owner: string;
  cluster: string;
  size: string;
  egress: { hosts: string[]; cidrs: string[] };
  allowInternet: boolean;
  email?: string;
}

/** Whether a tenant is not as its plan is now. */
export async function hasDrift(portal: Portal, name: string): Promise<boolean> {
  const path = `/api/tenants/tenants/${name}/drift`;
  const { items } = await portal.call<{ items: unknown[] }>('GET', path);
  return items.length > 0;
}

/** The form's values by which a tenant becomes what it is. */
export function valuesOf({ egress, ...spec }: TenantSpec) {
  return { ...spec, egressHosts: egress.hosts, egressCidrs: egress.cidrs };
}
