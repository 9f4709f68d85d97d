import {
  FormField,
  FormFieldBlueprint,
} from '@backstage/plugin-scaffolder-react/alpha';

type Fields = typeof import('./components/FormFields');

function fieldOf(name: string, pick: (fields: Fields) => FormField) {
  return FormFieldBlueprint.make({
    name,
    params: { field: () => import('./components/FormFields').then(pick) },
  });
}

/** Fields of the templates' forms; without the scaffolder they are left out. */
export const formFields = [
  fieldOf('tenant-name', fields => fields.TenantName),
  fieldOf('tenant-owner', fields => fields.TenantOwner),
  fieldOf('tenant-size', fields => fields.TenantSize),
  fieldOf('tenant-egress', fields => fields.TenantEgress),
  fieldOf('tenant-cluster', fields => fields.TenantCluster),
  fieldOf('tenant-picker', fields => fields.TenantPicker),
  fieldOf('tenant-preview', fields => fields.TenantPreview),
  fieldOf('tenant-removal', fields => fields.TenantRemoval),
];
