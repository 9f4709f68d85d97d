import {
  createTemplateAction,
  TemplateExample,
} from '@backstage/plugin-scaffolder-node';
import { ApplyRequest } from '@threewalls/backstage-plugin-tenants-common';
import { applyOutput, SpecInput, specInput, toSpec } from '../input';
import { countOf } from '../taskLog';
import { TaskContext, TenantTasks } from '../TenantTasks';

/** An action that applies some stages of a tenant's plan, or all of them. */
export function createApplyAction(options: {
  tasks: TenantTasks;
  id: string;
  description: string;
  examples: TemplateExample[];
  /** Default all */
  stages?: string[];
}) {
  const { tasks, id, description, examples, stages } = options;
  return createTemplateAction({
    id,
    description,
    examples,
    supportsDryRun: true,
    schema: { input: specInput, output: applyOutput },
    async handler(ctx) {
      const { name, adopt, beginAnew }: SpecInput = ctx.input;
      const spec = toSpec(ctx.input);
      // Only the stage that seeds the tenant's entry in Vault looks at it.
      const isSeeding = !stages || stages.includes('identity');
      const ownerPassword = ctx.secrets?.ownerPassword || undefined;
      await runApply(ctx, tasks, name, {
        kind: 'apply',
        spec,
        stages,
        adopt,
        beginAnew,
        ...(isSeeding && { ownerPassword }),
      });
    },
  });
}

/** Applies, or says in a dry run what an apply would do, and puts out what became of it. */
export async function runApply(
  ctx: TaskContext & { output(name: any, value: any): void },
  tasks: TenantTasks,
  name: string,
  request: ApplyRequest & { ownerPassword?: string },
): Promise<void> {
  const { spec, stages, adopt } = request;
  const put = (outputs: Record<string, unknown>) =>
    Object.entries(outputs).forEach(([key, value]) => ctx.output(key, value));
  if (ctx.isDryRun) {
    const wanted = spec ?? {
      ...(
        await tasks.call(ctx, (tenants, options) =>
          tenants.getTenant(name, options),
        )
      ).spec,
      ...(request.size && { size: request.size }),
    };
    const preview = await tasks.preview(ctx, { ...wanted, adopt }, stages);
    const { namespace, url, resources } = preview;
    put({ namespace, ...countOf(resources), url });
    return;
  }
  try {
    const { applied } = await tasks.run(ctx, name, request);
    put({ ...applied });
  } catch (error) {
    ctx.logger.warn(
      `What was applied so far stays. Run the template again to resume, or offboard-tenant to remove it.`,
    );
    throw error;
  }
}
