import { parseEntityRef } from '@backstage/catalog-model';
import { Box, Flex } from '@backstage/ui';
import {
  DefaultTemplateOutputs,
  ScaffolderTemplateOutputsComponent,
} from '@backstage/plugin-scaffolder-react/alpha';
import { ComponentProps } from 'react';
import { WallsCard } from '../Walls';

type TaskOutputsProps = ComponentProps<ScaffolderTemplateOutputsComponent>;

/** The walls of the tenant that a task was about, and where to go from there. */
export default function TaskOutputs(props: TaskOutputsProps) {
  const { output } = props;
  const tenantName = tenantOf(output);
  return (
    <Flex direction="column" gap="4">
      {tenantName && <WallsCard key={tenantName} tenantName={tenantName} />}
      <Box>
        <DefaultTemplateOutputs output={output} />
      </Box>
    </Flex>
  );
}

/** The tenant whose entity the output links to: both have the same name. */
function tenantOf(output: TaskOutputsProps['output']): string | undefined {
  const ref = output?.links?.find(link => link.entityRef)?.entityRef;
  return ref && parseEntityRef(ref).name;
}
