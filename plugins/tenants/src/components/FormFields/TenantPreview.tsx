import { Alert, Flex, Skeleton, Text, VisuallyHidden } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import { TenantPreview as Preview } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { RetryAlert } from '../Shared';
import { PreviewStages } from './PreviewStages';
import { previewInputOf } from './previewRequest';
import { usePreview } from './usePreview';

const previewSchema = makeFieldSchema({ output: z => z.string() });

/**
 * What running the template would do, object by object. It has no value of its
 * own, and keeps nobody from going on: the task asks again.
 */
export function TenantPreviewField(props: typeof previewSchema.TProps) {
  const { schema, uiSchema, formContext } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const input = previewInputOf(formContext?.formData);
  const { preview, error, retry } = usePreview(input);
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
      {!input && (
        <Alert status="info" icon role="status" title={t('preview.nothing')} />
      )}
      {input && error && (
        <RetryAlert
          title={t('preview.errorTitle')}
          error={error}
          onRetry={retry}
        />
      )}
      {input && !error && !preview && <PreviewSkeleton />}
      {input && preview && (
        <>
          <Summary preview={preview} />
          <PreviewStages resources={preview.resources} />
        </>
      )}
    </Flex>
  );
}

/** What it comes to, and first of all whether it would be refused. */
function Summary(props: { preview: Preview }) {
  const { namespace, cluster, exists, resources, refusal } = props.preview;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const count = (change: string) =>
    String(resources.filter(r => r.change === change).length);
  const isSame = resources.every(({ change }) => change === 'none');

  function title() {
    if (!exists) {
      return t('preview.new', { create: count('create'), namespace, cluster });
    }
    return isSame
      ? t('preview.same', { namespace, cluster })
      : t('preview.changes', {
          create: count('create'),
          update: count('update'),
          none: count('none'),
          namespace,
          cluster,
        });
  }

  return (
    <>
      {refusal && (
        <Alert
          status="danger"
          icon
          role="alert"
          title={t('preview.refusal')}
          description={refusal}
        />
      )}
      <Alert
        status={isSame ? 'success' : 'info'}
        icon
        role="status"
        title={title()}
      />
    </>
  );
}

function PreviewSkeleton() {
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <Flex direction="column" gap="3" role="status">
      <VisuallyHidden>{t('preview.loading')}</VisuallyHidden>
      <Skeleton height={48} />
      {[1, 2, 3, 4, 5, 6].map(n => (
        <Skeleton key={n} height={20} />
      ))}
    </Flex>
  );
}

/** Form field that shows what running the template would do. */
export const TenantPreview = createFormField({
  name: 'TenantPreview',
  component: TenantPreviewField,
  schema: previewSchema,
});
