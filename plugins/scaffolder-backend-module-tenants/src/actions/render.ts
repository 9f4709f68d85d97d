import { dirname, join } from 'node:path';
import { mkdir, writeFile } from 'node:fs/promises';
import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { optional, text, texts } from '../fields';
import { specInput, toSpec } from '../input';
import { TenantTasks } from '../TenantTasks';
import { examplesOf } from './examples';

export function createTenantRenderAction(tasks: TenantTasks) {
  return createTemplateAction({
    id: 'tenant:render',
    description:
      'Writes a tenant as YAML and HCL files into the workspace, for a pull request; changes nothing in the cluster',
    examples: examplesOf('tenant:render'),
    supportsDryRun: true,
    schema: {
      input: {
        ...specInput,
        targetPath: optional(
          text('Folder in the workspace; default tenants/NAME'),
        ),
      },
      output: {
        files: texts('Paths of the files written'),
      },
    },
    async handler(ctx) {
      const spec = toSpec(ctx.input);
      const preview = await tasks.call(ctx, (tenants, request) =>
        tenants.previewTenant({ ...spec, files: true }, request),
      );
      const folder = ctx.input.targetPath || join('tenants', spec.name);
      const files = Object.entries(preview.files ?? {}).map(
        ([path, content]) => ({ path: join(folder, path), content }),
      );
      for (const { path, content } of files) {
        const target = resolveSafeChildPath(ctx.workspacePath, path);
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, content);
        ctx.logger.info(`wrote  ${path}`);
      }
      ctx.output(
        'files',
        files.map(f => f.path),
      );
    },
  });
}
