import { Fragment } from 'react';
import { Box, Flex, Radio, RadioGroup, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import { tenantsTranslationRef } from '../../translation';
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
              .describe('CPU requested and at most'),
            memory: z
              .tuple([z.string(), z.string()])
              .optional()
              .describe('Memory requested and at most'),
            pods: z.number().optional(),
            storage: z.string().optional(),
          }),
        )
        .optional()
        .describe(
          'Numbers of the sizes; without them the cards show enumNames',
        ),
    }),
});

type SizeFieldProps = typeof sizeSchema.TProps;
type Size = NonNullable<
  NonNullable<SizeFieldProps['uiSchema']['ui:options']>['sizes']
>[number];

/** A tenant's size, as cards with the numbers. */
export function TenantSizeField(props: SizeFieldProps) {
  const { formData, onChange, schema, uiSchema, required } = props;
  return (
    <RadioGroup
      className={styles.sizes}
      label={schema.title}
      description={uiSchema['ui:description'] ?? schema.description}
      isRequired={required}
      isDisabled={props.disabled || uiSchema['ui:disabled'] === true}
      validationBehavior="aria"
      isInvalid={Boolean(props.rawErrors?.length)}
      value={formData ?? null}
      onChange={onChange}
    >
      {sizesOf(props).map(size => (
        <Radio key={size.name} value={size.name} className={styles.size}>
          <Flex direction="column" gap="1">
            <Text as="span" weight="bold">
              {size.title ?? size.name}
            </Text>
            <Numbers size={size} />
          </Flex>
        </Radio>
      ))}
    </RadioGroup>
  );
}

/** The sizes that the template's enum allows, with what is known of each. */
function sizesOf(props: SizeFieldProps): Size[] {
  const { schema, uiSchema } = props;
  const sizes = uiSchema['ui:options']?.sizes ?? [];
  const titles = (schema as { enumNames?: string[] }).enumNames;
  return schema.enum
    ? schema.enum.map(
        (name, index) =>
          sizes.find(size => size.name === name) ?? {
            name: String(name),
            title: titles?.[index],
          },
      )
    : sizes;
}

function Numbers(props: { size: Size }) {
  const { cpu, memory, pods, storage } = props.size;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const range = (pair?: [string, string]) =>
    pair && t('form.range', { requested: pair[0], limit: pair[1] });
  const numbers = [
    [t('form.cpu'), range(cpu)],
    [t('form.memory'), range(memory)],
    [t('form.pods'), pods],
    [t('form.storage'), storage],
  ];
  return (
    <Box as="span" className={styles.numbers}>
      {numbers.map(
        ([term, value]) =>
          value !== undefined && (
            <Fragment key={term}>
              <Text as="span" variant="body-small">
                {term}
              </Text>{' '}
              <Text as="span" variant="body-small" color="secondary">
                {value}
              </Text>{' '}
            </Fragment>
          ),
      )}
    </Box>
  );
}

/** Form field for a tenant's size. */
export const TenantSize = createFormField({
  name: 'TenantSize',
  component: TenantSizeField,
  schema: sizeSchema,
});
