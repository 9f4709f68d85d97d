import { setTimeout as sleep } from 'node:timers/promises';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  Proof,
  tenantProvePermission,
  WALLS,
} from '@threewalls/backstage-plugin-tenants-common';
import { EngineContext, TenantEngine } from '../TenantEngine';
import { examples } from './wallsProve.examples';

/** Milliseconds between two looks at a proof under way. */
const POLL_MS = 500;
/** Milliseconds a proof may take, queueing included. */
const PROOF_MS = 180_000;
/** Milliseconds the catalog may lag the cluster. */
const ENTITY_MS = 60_000;

/**
 * Creates a `tenant:walls:prove` Scaffolder action.
 *
 * @public
 */
export function createTenantWallsProveAction(options: {
  engine: TenantEngine;
}) {
  const { engine } = options;
  return createTemplateAction({
    id: 'tenant:walls:prove',
    description:
      'Proves the walls of a tenant, and fails where one does not hold',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        name: zod => zod.string({ description: 'Name of the tenant' }),
        allowUnproven: zod =>
          zod
            .boolean({
              description:
                'Succeed with walls that can’t be proved; a breached one fails all the same',
            })
            .optional(),
      },
      output: {
        proofId: zod => zod.string({ description: 'Id of the proof' }),
        walls: zod =>
          zod.array(
            zod.object({
              wall: zod.string(),
              status: zod.string(),
              summary: zod.string(),
            }),
            { description: 'The three walls' },
          ),
        entityRef: zod =>
          zod.string({ description: 'Catalog entity of the tenant' }),
      },
    },
    async handler(ctx) {
      const { name } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(`would prove the walls of ${name}`);
        return;
      }
      await engine.tenantFor(ctx, name, tenantProvePermission);
      const start = async () => {
        const token = await engine.token(ctx);
        const request = { trigger: 'task' } as const;
        return (await engine.tenants.startProof(name, request, { token })).id;
      };
      // After a recovery the proof that is under way is followed, not doubled.
      let proofId = await ctx.checkpoint({
        key: `v1.tenant.walls.prove.${name}`,
        fn: start,
      });
      let proof = await follow(engine, ctx, name, proofId);
      if (proof.receipts.length === 0) {
        // Cut off, as by the stop of the portal that this task has outlived.
        proofId = await start();
        proof = await follow(engine, ctx, name, proofId);
      }
      for (const { wall, status, summary } of proof.verdicts) {
        ctx.logger.info(`${wall.padEnd(8)}  ${status.padEnd(8)}  ${summary}`);
      }
      const walls = WALLS.map(wall => {
        const verdict = proof.verdicts.find(v => v.wall === wall);
        const { status = 'unproven', summary = 'no verdict' } = verdict ?? {};
        return { wall, status, summary };
      });
      ctx.output('proofId', proofId);
      ctx.output('walls', walls);
      ctx.output('entityRef', await waitForEntity(engine, ctx, name));

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
          )}. Read the receipts on its page, mend the cause and run this again`,
        );
      }
    },
  });
}

async function follow(
  engine: TenantEngine,
  ctx: EngineContext,
  name: string,
  id: string,
): Promise<Proof> {
  const deadline = Date.now() + PROOF_MS;
  let said = '';
  while (Date.now() < deadline) {
    const token = await engine.token(ctx);
    const proof = await engine.tenants.getProof(name, id, { token });
    if (proof.state === 'done') {
      return proof;
    }
    const now = proof.progress?.phase ?? proof.state;
    if (now !== said) {
      ctx.logger.info(`proof      ${now}`);
      said = now;
    }
    await sleep(POLL_MS, undefined, { signal: ctx.signal });
  }
  throw new Error(
    `The proof of ${name} did not end within ${
      PROOF_MS / 1000
    } s (last: ${said})`,
  );
}

async function waitForEntity(
  engine: TenantEngine,
  ctx: EngineContext,
  name: string,
): Promise<string> {
  const ref = `resource:default/${name}`;
  const credentials = await ctx.getInitiatorCredentials();
  const deadline = Date.now() + ENTITY_MS;
  for (;;) {
    if (await engine.catalog.getEntityByRef(ref, { credentials })) {
      return ref;
    }
    if (Date.now() > deadline) {
      ctx.logger.warn(`${ref} is not in the catalog yet: it will be shortly`);
      return ref;
    }
    await sleep(POLL_MS, undefined, { signal: ctx.signal });
  }
}
