import { useEffect } from 'react';
import { Box, Flex, Skeleton, Text } from '@backstage/ui';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import {
  RiAddCircleFill,
  RiCheckLine,
  RiEditCircleFill,
} from '@remixicon/react';
import {
  PreviewResource,
  TenantPreview as Preview,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useAnswer } from '../../queries';
import { FieldChanges, Pending, SkeletonLines, Notice } from '../Shared';
import { defineField } from './field';
import { previewInputOf, previewRequestOf } from './previewRequest';
import styles from './TenantPreview.module.css';

const previewSchema = makeFieldSchema({ output: z => z.string() });

/**
 * What running the template would do, object by object. Its value is the summary,
 * for the form's review; it keeps nobody from going on, since the task asks again.
 */
export function TenantPreviewField(props: typeof previewSchema.TProps) {
  const { schema, uiSchema, formContext, formData, onChange } = props;
  const t = useText();
  const input = previewInputOf(formContext?.formData);
  const query = useAnswer('preview', input, async (api, asked, signal) =>
    api.previewTenant(await previewRequestOf(api, asked, signal), { signal }),
  );
  const preview = query.data;
  const summary = useSummary();
  const text = preview && (preview.refusal ?? summary(preview));
  // An answer to what the form said before must not be reviewed.
  useEffect(() => {
    if (text !== formData) {
      onChange(text);
    }
  }, [text, formData, onChange]);
  const description = uiSchema['ui:description'] ?? schema.description;
  return (
    <Flex direction="column" gap="3">
      <Flex direction="column" gap="1">
        <Text as="h3" variant="title-x-small" weight="bold">
          {schema.title ?? t('preview.title')}
        </Text>
        {description && (
          <Text variant="body-small" color="secondary">
            {description}
          </Text>
        )}
      </Flex>
      {!input && <Notice status="info" title={t('preview.nothing')} />}
      {input && !preview && (
        <Pending
          query={query}
          failed={t('preview.errorTitle')}
          skeleton={
            <>
              <Skeleton height={48} />
              <SkeletonLines count={6} />
            </>
          }
        />
      )}
      {input && preview && (
        <>
          <Summary preview={preview} text={summary(preview)} />
          <PreviewStages resources={preview.resources} />
        </>
      )}
    </Flex>
  );
}

/** What it comes to, and first of all whether it would be refused. */
function Summary(props: { preview: Preview; text: string }) {
  const { preview, text } = props;
  const t = useText();
  return (
    <>
      {preview.refusal && (
        <Notice
          status="danger"
          title={t('preview.refusal')}
          description={preview.refusal}
        />
      )}
      <Notice
        status={isSame(preview) ? 'success' : 'info'}
        role="status"
        title={text}
      />
    </>
  );
}

function isSame({ resources }: Preview): boolean {
  return resources.every(({ change }) => change === 'none');
}

/** Says in a sentence what an apply would do. */
function useSummary(): (preview: Preview) => string {
  const t = useText();
  return preview => {
    const { namespace, cluster, exists, resources } = preview;
    const count = (...changes: PreviewResource['change'][]) =>
      String(resources.filter(r => changes.includes(r.change)).length);
    if (!exists) {
      return t('preview.new', { create: count('create'), namespace, cluster });
    }
    return isSame(preview)
      ? t('preview.same', { namespace, cluster })
      : t('preview.changes', {
          create: count('create'),
          update: count('update', 'remove'),
          none: count('none'),
          namespace,
          cluster,
        });
  };
}

const LOOK = {
  create: { Icon: RiAddCircleFill, color: 'success' },
  update: { Icon: RiEditCircleFill, color: 'warning' },
  remove: { Icon: RiEditCircleFill, color: 'danger' },
  none: { Icon: RiCheckLine, color: 'secondary' },
} as const;

const STAGES = {
  namespace: 'tab.namespace',
  walls: 'card.title',
  identity: 'preview.stageIdentity',
  store: 'preview.stageStore',
  secret: 'preview.stageSecret',
  workload: 'tab.n8nVersion',
} as const;

/** The objects of a plan, stage by stage, and what would become of each. */
function PreviewStages(props: { resources: PreviewResource[] }) {
  const t = useText();
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
            <Text as="h4" weight="bold">
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
  const t = useText();
  const { Icon, color } = LOOK[change];
  return (
    <Box as="li" className={styles.resource}>
      <Flex gap="2" align="center">
        <Text color={color} className={styles.icon}>
          <Icon size={16} aria-hidden="true" />
        </Text>
        <Text className={styles.id}>{id}</Text>
        <Text variant="body-small" color="secondary" className={styles.change}>
          {t(`preview.${change}`)}
        </Text>
      </Flex>
      <Box className={styles.fields}>
        <FieldChanges of={id} fields={fields} />
      </Box>
    </Box>
  );
}

/** Form field that shows what running the template would do. */
export const TenantPreview = defineField({
  name: 'TenantPreview',
  component: TenantPreviewField,
  schema: previewSchema,
});
