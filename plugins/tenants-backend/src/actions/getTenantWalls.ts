import {
  NOT_COVERED,
  tenantReadPermission,
} from '@threewalls/backstage-plugin-tenants-common';
import type { ActionOptions } from '.';

export function registerGetTenantWallsAction(options: ActionOptions): void {
  const { actionsRegistry, authorizer, inventory, views } = options;
  actionsRegistry.register({
    name: 'get-tenant-walls',
    title: 'Get the walls of a tenant',
    description:
      'Says of one n8n tenant whether its network, secret and resource wall hold as of the last proof, what was shown, when, and what no proof covers.',
    attributes: { readOnly: true, destructive: false, idempotent: true },
    schema: {
      input: z =>
        z.object({ name: z.string().describe('Name of the tenant') }).strict(),
      output: z =>
        z.object({
          name: z.string(),
          walls: z.array(
            z.object({
              wall: z.enum(['network', 'secret', 'resource']),
              status: z.enum(['holds', 'breached', 'unproven']),
              stale: z
                .boolean()
                .describe('The proof is too old for its wall to hold'),
              summary: z.string(),
              provedAt: z.string().optional().describe('ISO 8601'),
            }),
          ),
          lastProofId: z.string().optional(),
          currentProofId: z
            .string()
            .optional()
            .describe('The proof that is queued or under way'),
          notCovered: z.array(z.string()),
        }),
    },
    examples: [{ title: 'The walls of acme', input: { name: 'acme' } }],
    action: async ({ input, credentials }) => {
      const tenant = await inventory.find(input.name);
      await authorizer.check(credentials, tenantReadPermission, tenant);
      const { name, walls, lastProof, currentProof } = await views.describe(
        tenant,
        await authorizer.viewer(credentials, tenantReadPermission),
      );
      return {
        output: {
          name,
          walls: walls.map(({ lastStatus, wording, ...wall }) => wall),
          lastProofId: lastProof?.id,
          currentProofId: currentProof?.id,
          notCovered: [...NOT_COVERED],
        },
      };
    },
  });
}
