import { setTimeout as sleep } from 'node:timers/promises';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { WALLS } from '@threewalls/backstage-plugin-tenants-common';
import { flag, optional, text } from '../fields';
import { TaskContext, TenantTasks } from '../TenantTasks';
import { examplesOf } from './examples';

/** Milliseconds between two looks at the catalog. */
const POLL_MS = 500;
/** Milliseconds a proof may take, queueing included. */
const PROOF_MS = 180_000;
/** Milliseconds the catalog may lag the cluster. */
const ENTITY_MS = 60_000;

export function createTenantWallsProveAction(tasks: TenantTasks) {
  return createTemplateAction({
    id: 'tenant:walls:prove',
    description:
      'Proves the walls of a tenant, and fails where one does not hold',
    examples: examplesOf('tenant:walls:prove'),
    supportsDryRun: true,
    schema: {
      input: {
        name: text('Name of the tenant'),
        allowUnproven: optional(
          flag(
            'Succeed with walls that can’t be proved; a breached one fails all the same',
          ),
        ),
      },
      output: {
        proofId: text('Id of the proof'),
        walls: zod =>
          zod.array(
            zod.object({
              wall: zod.string(),
              status: zod.string(),
              summary: zod.string(),
            }),
            { description: 'The three walls' },
          ),
        entityRef: text('Catalog entity of the tenant'),
      },
    },
    async handler(ctx) {
      const { name } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(`would prove the walls of ${name}`);
        return;
      }
      // Of now: a task that is retried, or recovered, knows only what was before.
      const { id: proofId } = await tasks.start(ctx, name, { kind: 'prove' });
      const { verdicts = [] } = await tasks.follow(
        { ...ctx, signal: withTimeout(ctx.signal) },
        { tenant: name, id: proofId },
      );
      for (const { wall, status, summary } of verdicts) {
        ctx.logger.info(`${wall.padEnd(8)}  ${status.padEnd(8)}  ${summary}`);
      }
      const walls = WALLS.map(wall => {
        const verdict = verdicts.find(v => v.wall === wall);
        const { status = 'unproven', summary = 'no verdict' } = verdict ?? {};
        return { wall, status, summary };
      });
      ctx.output('proofId', proofId);
      ctx.output('walls', walls);
      ctx.output('entityRef', await waitForEntity(tasks, ctx, name));

      const short = walls.filter(
        ({ status }) =>
          status === 'breached' ||
          (status === 'unproven' && !ctx.input.allowUnproven),
      );
      if (short.length > 0) {
        const said = short.map(w => `${w.wall} is ${w.status} (${w.summary})`);
        throw new Error(
          `Tenant ${name} exists and is not ready: ${said.join(
            '; ',
          )}. Read the receipts on its page, fix the cause and run this again`,
        );
      }
    },
  });
}

/** A proof that never ends must not hold a task for ever. */
function withTimeout(signal?: AbortSignal): AbortSignal {
  const deadline = AbortSignal.timeout(PROOF_MS);
  return signal ? AbortSignal.any([signal, deadline]) : deadline;
}

async function waitForEntity(
  tasks: TenantTasks,
  ctx: TaskContext,
  name: string,
): Promise<string> {
  const ref = `resource:default/${name}`;
  const credentials = await ctx.getInitiatorCredentials();
  const deadline = Date.now() + ENTITY_MS;
  for (;;) {
    if (await tasks.catalog.getEntityByRef(ref, { credentials })) {
      return ref;
    }
    if (Date.now() > deadline) {
      ctx.logger.warn(`${ref} is not in the catalog yet: it will be shortly`);
      return ref;
    }
    await sleep(POLL_MS, undefined, { signal: ctx.signal });
  }
}
