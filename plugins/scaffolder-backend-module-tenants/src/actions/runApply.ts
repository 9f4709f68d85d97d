import { ApplyRequest } from '@threewalls/backstage-plugin-tenants-common';
import { countOf } from '../taskLog';
import { TaskContext, TenantTasks } from '../TenantTasks';

/** Applies, or says in a dry run what an apply would do, and puts out what became of it. */
export async function runApply(
  ctx: TaskContext & { output(name: any, value: any): void },
  tasks: TenantTasks,
  name: string,
  request: ApplyRequest & { ownerPassword?: string },
): Promise<void> {
  const { spec, stages, adopt, from } = request;
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
    const preview = await tasks.preview(
      ctx,
      { ...wanted, adopt, from },
      stages,
    );
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
