import { ConflictError } from '@backstage/errors';
import { tenantProvePermission } from '@threewalls/backstage-plugin-tenants-common';
import type { ActionOptions } from '.';

/** Registers the action `prove-tenant`. */
export function registerProveTenantAction(options: ActionOptions): void {
  const { actionsRegistry, auditor, authorizer, runner, source } = options;
  actionsRegistry.register({
    name: 'prove-tenant',
    title: 'Prove a tenant',
    description:
      'Starts a proof of the three walls of an n8n tenant, or joins the one that is under way. It takes some seconds; ask get-tenant-walls for what came of it.',
    // A proof attacks, and changes nothing of anybody's.
    attributes: { readOnly: false, destructive: false, idempotent: true },
    schema: {
      input: z => z.object({ name: z.string().describe('Name of the tenant') }),
      output: z =>
        z.object({
          proofId: z.string(),
          state: z.enum(['queued', 'running', 'done']),
          joined: z
            .boolean()
            .describe('Whether it was queued or under way already'),
        }),
    },
    examples: [{ title: 'Prove acme', input: { name: 'acme' } }],
    action: async ({ input, credentials }) => {
      const event = await auditor.createEvent({
        eventId: 'proof-start',
        severityLevel: 'medium',
        meta: { tenant: input.name, trigger: 'user' },
      });
      try {
        const viewer = await authorizer.viewer(
          credentials,
          tenantProvePermission,
        );
        const tenant = authorizer.check(
          viewer,
          tenantProvePermission,
          await source.get(input.name),
        );
        if (tenant.phase === 'removing') {
          throw new ConflictError(`Tenant ${tenant.name} is being removed`);
        }
        const { proof, joined } = await runner.start(tenant, 'user');
        await event.success({ meta: { proofId: proof.id, joined } });
        return {
          output: { proofId: proof.id, state: proof.state, joined },
        };
      } catch (error) {
        await event.fail({ error: error as Error });
        throw error;
      }
    },
  });
}
