import {
  FieldExtensionOptions,
  FieldSchema,
} from '@backstage/plugin-scaffolder-react';
import { FormFieldExtensionData } from '@backstage/plugin-scaffolder-react/alpha';
import styles from './FormFields.module.css';

/** A field as each of the two frontend systems makes an extension of it. */
export function defineField<TValue, TOptions>(
  field: Omit<FieldExtensionOptions<TValue, TOptions>, 'schema'> & {
    schema: FieldSchema<TValue, TOptions>;
  },
): FormFieldExtensionData {
  return field as FormFieldExtensionData;
}

/** What a field takes over from its template: its texts, and whether it can be used. */
export function fieldProps(props: {
  idSchema?: { $id: string };
  schema: { title?: string; description?: string };
  uiSchema: Record<string, any>;
  required?: boolean;
  disabled?: boolean;
}) {
  const { idSchema, schema, uiSchema, required, disabled } = props;
  return {
    id: idSchema?.$id,
    className: styles.field,
    label: schema.title,
    description: uiSchema['ui:description'] ?? schema.description,
    isRequired: required,
    isDisabled: disabled || uiSchema['ui:disabled'] === true,
    validationBehavior: 'aria' as const,
  };
}
