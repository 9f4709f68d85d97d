import { ComponentType, useState } from 'react';
import { Portal, renderInPortal } from './renderInPortal';

/**
 * Renders a field of a template's form as a form does: its value comes back to
 * it, and it sees the values of the others.
 */
export function renderField(
  Field: ComponentType<any>,
  props: {
    schema?: object;
    uiSchema?: object;
    value?: unknown;
    /** Values of the other fields, on whatever page */
    form?: Record<string, unknown>;
  },
  portal?: Portal,
) {
  const { schema = {}, uiSchema = {}, value, form = {} } = props;
  const changes: unknown[] = [];
  let setForm: (form: Record<string, unknown>) => void;
  function Form() {
    const [formData, setValue] = useState(value);
    const [others, setOthers] = useState(form);
    setForm = setOthers;
    return (
      <Field
        schema={schema}
        uiSchema={uiSchema}
        idSchema={{ $id: 'root_field' }}
        formContext={{ formData: others }}
        formData={formData}
        onChange={(next: unknown) => {
          changes.push(next);
          setValue(next);
        }}
      />
    );
  }
  return {
    api: renderInPortal(<Form />, portal),
    last: () => changes[changes.length - 1],
    setForm: (next: Record<string, unknown>) => setForm(next),
  };
}
