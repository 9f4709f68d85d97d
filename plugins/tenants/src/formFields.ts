import { FormFieldBlueprint } from '@backstage/plugin-scaffolder-react/alpha';

/** Fields of the templates' forms; without the scaffolder they are left out. */
export const formFields = [
  FormFieldBlueprint.make({
    name: 'tenant-name',
    params: {
      field: () => import('./components/FormFields').then(m => m.TenantName),
    },
  }),
  FormFieldBlueprint.make({
    name: 'tenant-owner',
    params: {
      field: () => import('./components/FormFields').then(m => m.TenantOwner),
    },
  }),
  FormFieldBlueprint.make({
    name: 'tenant-size',
    params: {
      field: () => import('./components/FormFields').then(m => m.TenantSize),
    },
  }),
  FormFieldBlueprint.make({
    name: 'tenant-egress',
    params: {
      field: () => import('./components/FormFields').then(m => m.TenantEgress),
    },
  }),
  FormFieldBlueprint.make({
    name: 'tenant-cluster',
    params: {
      field: () => import('./components/FormFields').then(m => m.TenantCluster),
    },
  }),
  FormFieldBlueprint.make({
    name: 'tenant-picker',
    params: {
      field: () => import('./components/FormFields').then(m => m.TenantPicker),
    },
  }),
  FormFieldBlueprint.make({
    name: 'tenant-preview',
    params: {
      field: () => import('./components/FormFields').then(m => m.TenantPreview),
    },
  }),
  FormFieldBlueprint.make({
    name: 'tenant-removal',
    params: {
      field: () => import('./components/FormFields').then(m => m.TenantRemoval),
    },
  }),
];
