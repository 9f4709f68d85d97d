import { lazy, Suspense } from 'react';
import { Skeleton } from '@backstage/ui';
import {
  scaffolderTemplateOutputsBlueprint,
  ScaffolderTemplateOutputsComponent,
} from '@backstage/plugin-scaffolder-react/alpha';

const TaskOutputs = lazy(() =>
  import('./components/TaskOutputs').then(m => ({ default: m.TaskOutputs })),
);

const LazyTaskOutputs: ScaffolderTemplateOutputsComponent = props => (
  <Suspense fallback={<Skeleton height={240} />}>
    <TaskOutputs {...props} />
  </Suspense>
);

/** What a task leaves behind: the tenant's walls, with their receipts. */
export const taskOutputs = scaffolderTemplateOutputsBlueprint.make({
  name: 'walls',
  params: {
    component: LazyTaskOutputs,
    templateRefs: [
      'template:default/create-tenant',
      'template:default/resize-tenant',
    ],
  },
});
