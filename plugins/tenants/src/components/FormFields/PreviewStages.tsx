import { Box, Flex, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  RiAddCircleFill,
  RiCheckLine,
  RiEditCircleFill,
} from '@remixicon/react';
import { PreviewResource } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { FieldChanges } from '../Shared';
import styles from './PreviewStages.module.css';

const LOOK = {
  create: { Icon: RiAddCircleFill, color: 'success' },
  update: { Icon: RiEditCircleFill, color: 'warning' },
  none: { Icon: RiCheckLine, color: 'secondary' },
} as const;

const STAGES = {
  namespace: 'preview.stageNamespace',
  walls: 'preview.stageWalls',
  identity: 'preview.stageIdentity',
  store: 'preview.stageStore',
  secret: 'preview.stageSecret',
  workload: 'preview.stageWorkload',
} as const;

/** The objects of a plan, stage by stage, and what would become of each. */
export function PreviewStages(props: { resources: PreviewResource[] }) {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const stages = [...new Set(props.resources.map(({ stage }) => stage))];
  return (
    <Box className={styles.stages}>
      {stages.map(stage => {
        const key = STAGES[stage as keyof typeof STAGES];
        const title = key ? t(key) : stage;
        return (
          <Box
            key={stage}
            className={styles.stage}
            role="group"
            aria-label={title}
          >
            <Text as="h4" variant="body-medium" weight="bold">
              {title}
            </Text>
            <Box as="ul" className={styles.resources}>
              {props.resources
                .filter(resource => resource.stage === stage)
                .map(resource => (
                  <Resource key={resource.id} resource={resource} />
                ))}
            </Box>
          </Box>
        );
      })}
    </Box>
  );
}

function Resource(props: { resource: PreviewResource }) {
  const { id, change, fields } = props.resource;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { Icon, color } = LOOK[change];
  return (
    <Box as="li" className={styles.resource}>
      <Flex gap="2" align="center">
        <Text as="span" color={color} className={styles.icon}>
          <Icon size={16} aria-hidden="true" />
        </Text>
        <Text as="span" className={styles.id}>
          {id}
        </Text>
        <Text
          as="span"
          variant="body-small"
          color="secondary"
          className={styles.change}
        >
          {t(`preview.${change}`)}
        </Text>
      </Flex>
      <Box className={styles.fields}>
        <FieldChanges of={id} fields={fields} />
      </Box>
    </Box>
  );
}
