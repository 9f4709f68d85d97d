import styles from './FormFields.module.css';

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
