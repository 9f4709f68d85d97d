import { lazy, Suspense } from 'react';
import { Skeleton } from '@backstage/ui';
import * as scaffolder from '@backstage/plugin-scaffolder-react/alpha';

const TaskOutputs = lazy(() => import('./components/TaskOutputs/TaskOutputs'));

const LazyTaskOutputs: scaffolder.ScaffolderTemplateOutputsComponent =
  props => (
    <Suspense fallback={<Skeleton height={240} />}>
      <TaskOutputs {...props} />
    </Suspense>
  );

// Looked up by name: an older scaffolder has none, and a bundler refuses to import it.
const blueprint:
  | typeof scaffolder.scaffolderTemplateOutputsBlueprint
  | undefined = Reflect.get(scaffolder, 'scaffolderTemplateOutputsBlueprint');

/** What a task leaves behind: the tenant's walls, with their receipts. */
export const taskOutputs = blueprint?.make({
  name: 'walls',
  params: {
    component: LazyTaskOutputs,
    templateRefs: [
      'template:default/create-tenant',
      'template:default/resize-tenant',
    ],
  },
});
