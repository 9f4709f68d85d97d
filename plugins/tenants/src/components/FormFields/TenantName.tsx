import { useState } from 'react';
import { Box, Flex, Text, TextField } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import {
  RiCheckboxCircleFill,
  RiErrorWarningFill,
  RiInformationFill,
} from '@remixicon/react';
import {
  DEFAULT_NAMESPACE_PREFIX,
  tenantNameProblem,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsTranslationRef } from '../../translation';
import { usePlatform } from '../../hooks';
import { Availability, tenantNameError } from './availability';
import { useAvailability } from './useAvailability';
import styles from './FormFields.module.css';

const nameSchema = makeFieldSchema({
  output: z => z.string(),
  uiOptions: z =>
    z.object({
      namespacePrefix: z
        .string()
        .optional()
        .describe('Prefix in place of the one that the backend has'),
      kvMount: z
        .string()
        .optional()
        .describe('Mount of the key-value store in Vault'),
    }),
});

/** A tenant's name, checked while it is typed. */
export function TenantNameField(props: typeof nameSchema.TProps) {
  const { formData: name = '', onChange, schema, uiSchema, required } = props;
  const { value: platform } = usePlatform();
  const {
    namespacePrefix = platform?.namespacePrefix ?? DEFAULT_NAMESPACE_PREFIX,
    kvMount = 'secret',
  } = uiSchema['ui:options'] ?? {};
  const { t } = useTranslationRef(tenantsTranslationRef);
  const [touched, setTouched] = useState(false);
  const problem = tenantNameProblem(name, namespacePrefix);
  const availability = useAvailability(
    problem ? undefined : name,
    props.formContext?.formData?.owner,
  );
  const isTaken = availability?.state === 'taken';
  const error = isTaken ? t('form.nameTaken', { name }) : problem;
  // An empty form is not a mistake yet.
  const isShown =
    isTaken || (touched && name !== '') || props.rawErrors?.length;

  const namespace = `${namespacePrefix}${name}`;
  return (
    <Flex direction="column" gap="2">
      <TextField
        id={props.idSchema?.$id}
        className={styles.field}
        label={schema.title}
        description={uiSchema['ui:description'] ?? schema.description}
        isRequired={required}
        isDisabled={props.disabled || uiSchema['ui:disabled'] === true}
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus={uiSchema['ui:autofocus'] === true}
        autoComplete="off"
        spellCheck="false"
        value={name}
        onChange={value => {
          setTouched(true);
          onChange(value);
        }}
        onBlur={() => setTouched(true)}
        validationBehavior="aria"
        validate={() => (isShown && error) || undefined}
      />
      {!error && (
        <>
          <AvailabilityLine name={name} availability={availability} />
          <Box
            className={styles.preview}
            role="group"
            aria-label={t('form.willBe')}
          >
            {[
              [t('tab.namespace'), namespace],
              [t('tab.vaultPath'), `${kvMount}/${namespace}`],
            ].map(([term, value]) => (
              <Text key={term} as="p" variant="body-small" color="secondary">
                {term} <span className={styles.mono}>{value}</span>
              </Text>
            ))}
          </Box>
        </>
      )}
    </Flex>
  );
}

const LOOK = {
  free: { Icon: RiCheckboxCircleFill, color: 'success' },
  own: { Icon: RiInformationFill, color: 'info' },
  taken: { Icon: RiErrorWarningFill, color: 'danger' },
  unknown: { Icon: RiInformationFill, color: 'secondary' },
} as const;

function AvailabilityLine(props: {
  name: string;
  availability?: Availability;
}) {
  const { name, availability } = props;
  const { Icon, color } = LOOK[availability?.state ?? 'unknown'];
  const { t } = useTranslationRef(tenantsTranslationRef);

  function text() {
    switch (availability?.state) {
      case undefined:
        return t('form.nameChecking');
      case 'unknown':
        return t('form.nameUnknown', { message: availability.message });
      case 'own':
        return t('form.nameOwn', { name });
      case 'taken':
        return t('form.nameTaken', { name });
      default:
        return t('form.nameFree');
    }
  }

  return (
    <Flex align="center" gap="1" role="status">
      <Text as="span" color={color} className={styles.icon}>
        <Icon size={16} aria-hidden="true" />
      </Text>
      <Text as="span" variant="body-small">
        {text()}
      </Text>
    </Flex>
  );
}

/** Form field for a tenant's name. */
export const TenantName = createFormField({
  name: 'TenantName',
  component: TenantNameField,
  schema: nameSchema,
  validation: async (name, field, { apiHolder, formData, uiSchema }) => {
    const error = await tenantNameError(name, {
      apiHolder,
      formData,
      namespacePrefix: uiSchema?.['ui:options']?.namespacePrefix,
    });
    if (error) {
      field.addError(error);
    }
  },
});
