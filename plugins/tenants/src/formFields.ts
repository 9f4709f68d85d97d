import {
  createFormField,
  FormFieldBlueprint,
  FormFieldExtensionData,
} from '@backstage/plugin-scaffolder-react/alpha';

type Fields = typeof import('./components/FormFields');

function formField<TName extends string>(
  name: TName,
  of: (fields: Fields) => FormFieldExtensionData,
) {
  return FormFieldBlueprint.make({
    name,
    params: {
      field: () =>
        import('./components/FormFields').then(m => createFormField(of(m))),
    },
  });
}

/** Fields of the templates' forms; without the scaffolder they are left out. */
export const formFields = [
  formField('tenant-name', m => m.TenantName),
  formField('tenant-owner', m => m.TenantOwner),
  formField('tenant-size', m => m.TenantSize),
  formField('tenant-egress', m => m.TenantEgress),
  formField('tenant-cluster', m => m.TenantCluster),
  formField('tenant-picker', m => m.TenantPicker),
  formField('tenant-preview', m => m.TenantPreview),
  formField('tenant-removal', m => m.TenantRemoval),
];
