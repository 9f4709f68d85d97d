import { setTimeout as sleep } from 'node:timers/promises';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { count, flag, optional, text, texts } from '../fields';
import { TenantTasks } from '../TenantTasks';
import { examplesOf } from './examples';

/** Milliseconds between two looks at a roll-out under way. */
const POLL_MS = 2_000;

export function createTenantRollOutAction(tasks: TenantTasks) {
  return createTemplateAction({
    id: 'tenant:roll-out',
    description:
      'Applies today’s plan to many tenants in waves: a few first, each proved before the next wave. Stops at the first that fails or has a wall that does not hold; the others stay as they are',
    examples: examplesOf('tenant:roll-out'),
    supportsDryRun: true,
    schema: {
      input: {
        cluster: optional(text('Only tenants of this cluster')),
        owner: optional(text('Only tenants of this owner')),
        names: optional(texts('Only these tenants')),
        onlyOutdated: optional(
          flag(
            'Only tenants whose plan of today is another than was last applied; default true',
          ),
        ),
        first: optional(count('Tenants of the first wave')),
        next: optional(count('Tenants of each wave after it')),
      },
      output: {
        id: text('Id of the roll-out'),
        done: count('Tenants applied, proved, and sound'),
      },
    },
    async handler(ctx) {
      const { cluster, owner, names, onlyOutdated = true } = ctx.input;
      const { first, next } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info('would roll today’s plan out');
        return;
      }
      const id = await ctx.checkpoint({
        key: 'v1.tenant.roll-out',
        fn: async () => {
          const rollout = await tasks.call(ctx, (tenants, request) =>
            tenants.startRollout(
              {
                kind: 'apply',
                filter: {
                  cluster: cluster || undefined,
                  owner: owner || undefined,
                  names,
                  outdated: onlyOutdated,
                },
                waves: { first, next },
              },
              request,
            ),
          );
          return rollout.id;
        },
      });
      ctx.output('id', id);
      for (let said = ''; ; ) {
        const { state, wave, waves, done, total, reason } = await tasks.call(
          ctx,
          (tenants, request) => tenants.getRollout(id, request),
        );
        const line = `${state}: wave ${wave + 1} of ${
          waves.length
        }, ${done} of ${total} tenants done`;
        if (line !== said) {
          ctx.logger.info(line);
          said = line;
        }
        ctx.output('done', done);
        if (state === 'done') {
          return;
        }
        if (state === 'stopped' || state === 'cancelled') {
          throw new Error(
            `The roll-out was ${state}${
              reason ? ` (${reason})` : ''
            }: ${done} of ${total} tenants are done, the others are as they were. Fix the cause, then resume it`,
          );
        }
        await sleep(POLL_MS, undefined, { signal: ctx.signal });
      }
    },
  });
}
