import { tenantReadPermission } from '@threewalls/backstage-plugin-tenants-common';
import type { ActionOptions } from '.';

const DEFAULT_LIMIT = 50;

export function registerListTenantsAction(options: ActionOptions): void {
  const { actionsRegistry, authorizer, views } = options;
  actionsRegistry.register({
    name: 'list-tenants',
    title: 'List tenants',
    description:
      'Lists the n8n tenants that you may read, by name, with the status of their three walls (network, secret, resource): `holds`, `breached` or `unproven`, and `stale` where the proof is old. `unproven` never means that a wall holds.',
    attributes: { readOnly: true, destructive: false, idempotent: true },
    schema: {
      input: z =>
        z
          .object({
            status: z
              .enum(['holds', 'breached', 'unproven'])
              .optional()
              .describe('Worst status of the three walls'),
            owner: z.string().optional().describe('Entity ref of the owner'),
            cluster: z.string().optional().describe('Name of the cluster'),
            limit: z
              .number()
              .int()
              .min(1)
              .max(200)
              .optional()
              .describe(`Default ${DEFAULT_LIMIT}`),
            offset: z.number().int().min(0).optional().describe('Default 0'),
          })
          .strict(),
      output: z =>
        z.object({
          totalItems: z.number().describe('Tenants that match in all'),
          tenants: z.array(
            z.object({
              name: z.string(),
              cluster: z.string(),
              owner: z.string(),
              phase: z.enum(['active', 'removing', 'lost']),
              walls: z.array(
                z.object({
                  wall: z.enum(['network', 'secret', 'resource']),
                  status: z.enum(['holds', 'breached', 'unproven']),
                  stale: z.boolean(),
                }),
              ),
            }),
          ),
        }),
    },
    examples: [
      { title: 'Tenants with a breached wall', input: { status: 'breached' } },
    ],
    action: async ({ input, credentials }) => {
      const viewer = await authorizer.viewer(credentials, tenantReadPermission);
      const request = { limit: DEFAULT_LIMIT, offset: 0, ...input };
      const { items, totalItems } = await views.list(request, viewer);
      const tenants = items.map(({ name, cluster, owner, phase, walls }) => ({
        name,
        cluster,
        owner,
        phase,
        walls: walls.map(({ wall, status, stale }) => ({
          wall,
          status,
          stale,
        })),
      }));
      return { output: { totalItems, tenants } };
    },
  });
}
