import { useState } from 'react';
import { Alert, Flex, TextField } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import { tenantsTranslationRef } from '../../translation';
import { Losses } from './Losses';
import { tenantOf } from './previewRequest';
import styles from './FormFields.module.css';

const removalSchema = makeFieldSchema({
  output: z => z.string(),
  uiOptions: z =>
    z.object({
      kvMount: z
        .string()
        .optional()
        .describe('Mount of the key-value store in Vault'),
    }),
});

/**
 * What is lost with the tenant that the form's `tenant` names, and a field to
 * type its name into: nobody should remove the wrong one by a click.
 */
export function TenantRemovalField(props: typeof removalSchema.TProps) {
  const { formData: typed = '', schema, uiSchema } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const [isTyping, setTyping] = useState(false);
  const form = props.formContext?.formData ?? {};
  const name = tenantOf(form);
  const isWrong = Boolean(
    name && typed && typed !== name && !(isTyping && name.startsWith(typed)),
  );
  if (!name) {
    return (
      <Alert status="info" icon role="status" title={t('removal.nothing')} />
    );
  }
  return (
    <Flex direction="column" gap="4">
      <Losses
        key={name}
        name={name}
        keepData={form.keepData === true}
        kvMount={uiSchema['ui:options']?.kvMount ?? 'secret'}
      />
      <TextField
        id={props.idSchema?.$id}
        className={styles.field}
        label={schema.title ?? t('removal.type')}
        description={t('removal.typeHint', { name })}
        isRequired={props.required}
        isDisabled={props.disabled || uiSchema['ui:disabled'] === true}
        autoComplete="off"
        spellCheck="false"
        value={typed}
        onChange={value => {
          setTyping(true);
          props.onChange(value);
        }}
        onBlur={() => setTyping(false)}
        validationBehavior="aria"
        validate={() =>
          isWrong ? t('removal.wrong', { typed, name }) : undefined
        }
      />
    </Flex>
  );
}

/** Form field by which a removal is confirmed. */
export const TenantRemoval = createFormField({
  name: 'TenantRemoval',
  component: TenantRemovalField,
  schema: removalSchema,
  validation: (typed, field, { formData }) => {
    const name = tenantOf(formData as Record<string, unknown>);
    if (name && typed !== name) {
      field.addError(`This doesn't match the tenant's name, ${name}`);
    }
  },
});
