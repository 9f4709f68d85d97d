import { Skeleton, Text, VisuallyHidden } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import { tenantsTranslationRef } from '../../translation';
import { usePlatform } from '../../hooks';
import { RetryAlert } from '../Shared';
import { Size, SizeCards } from './SizeCards';
import { sizeOf, sizesOf } from './sizes';
import styles from './FormFields.module.css';

const sizeSchema = makeFieldSchema({
  output: z => z.string(),
  uiOptions: z =>
    z.object({
      sizes: z
        .array(
          z.object({
            name: z.string().describe('Name of one of tenants.sizes'),
            title: z.string().optional(),
            cpu: z
              .tuple([z.string(), z.string()])
              .optional()
              .describe('CPU requests and limits'),
            memory: z
              .tuple([z.string(), z.string()])
              .optional()
              .describe('Memory requests and limits'),
            pods: z.number().optional(),
            storage: z.string().optional(),
          }),
        )
        .optional()
        .describe('Sizes to show instead of those that the backend offers'),
    }),
});

export type SizeFieldProps = typeof sizeSchema.TProps;

/** A tenant's size, as cards with the numbers. */
export function TenantSizeField(props: SizeFieldProps) {
  const sizes = props.uiSchema['ui:options']?.sizes;
  return sizes ? (
    <Cards {...props} sizes={sizes} />
  ) : (
    <OfferedSizes {...props} />
  );
}

/** The sizes that the backend offers. */
function OfferedSizes(props: SizeFieldProps) {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { value, error, refresh } = usePlatform();
  if (value) {
    return <Cards {...props} sizes={value.sizes.map(sizeOf)} />;
  }
  return error ? (
    <RetryAlert
      title={t('form.sizesUnknown')}
      error={error}
      onRetry={refresh}
    />
  ) : (
    <div role="status" className={styles.cards}>
      <VisuallyHidden>{t('form.sizesLoading')}</VisuallyHidden>
      {[1, 2, 3].map(n => (
        <Skeleton key={n} height={138} />
      ))}
    </div>
  );
}

function Cards(props: SizeFieldProps & { sizes: Size[] }) {
  const { schema, uiSchema, sizes } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const offered = sizesOf(schema, sizes);
  if (offered.length === 0) {
    return <Text color="danger">{t('form.sizesNone')}</Text>;
  }
  return (
    <SizeCards
      label={schema.title}
      description={uiSchema['ui:description'] ?? schema.description}
      isRequired={props.required}
      isDisabled={props.disabled || uiSchema['ui:disabled'] === true}
      isInvalid={Boolean(props.rawErrors?.length)}
      sizes={offered}
      value={props.formData}
      onChange={props.onChange}
    />
  );
}

/** Form field for a tenant's size. */
export const TenantSize = createFormField({
  name: 'TenantSize',
  component: TenantSizeField,
  schema: sizeSchema,
});
