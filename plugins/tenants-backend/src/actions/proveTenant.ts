import type { ActionOptions } from '.';

export function registerProveTenantAction(options: ActionOptions): void {
  const { actionsRegistry } = options;
  actionsRegistry.register({
    name: 'prove-tenant',
    title: 'Prove a tenant',
    description:
      'Starts a proof of the three walls of an n8n tenant, or joins the one that is under way. It takes some seconds; ask get-tenant-walls for what came of it.',
    // A proof attacks, and changes nothing of anybody's.
    attributes: { readOnly: false, destructive: false, idempotent: true },
    schema: {
      input: z =>
        z.object({ name: z.string().describe('Name of the tenant') }).strict(),
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
      const { operation, joined } = await options.door.start(
        input.name,
        { kind: 'prove' },
        credentials,
      );
      const { id, state } = operation;
      const isOpen = state === 'queued' || state === 'running';
      return {
        output: {
          proofId: id,
          state: isOpen ? state : ('done' as const),
          joined,
        },
      };
    },
  });
}
