import {
  FieldExtensionOptions,
  FieldSchema,
} from '@backstage/plugin-scaffolder-react';
import { FormFieldExtensionData } from '@backstage/plugin-scaffolder-react/alpha';

/** A field as each of the two frontend systems makes an extension of it. */
export function defineField<TValue, TOptions>(
  field: Omit<FieldExtensionOptions<TValue, TOptions>, 'schema'> & {
    schema: FieldSchema<TValue, TOptions>;
  },
): FormFieldExtensionData {
  return field as FormFieldExtensionData;
}
