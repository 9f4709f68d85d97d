import { Skeleton } from '@backstage/ui';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import {
  isProofOnly,
  Tenant,
  tenantRemovePermission,
  tenantResizePermission,
  tenantRestorePermission,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useAllowed, useImpostors, useTenants } from '../../queries';
import { ManySelect, Pending, Notice } from '../Shared';
import { defineField, fieldProps } from './field';

const PERMISSIONS = {
  resize: tenantResizePermission,
  remove: tenantRemovePermission,
  restore: tenantRestorePermission,
};

const pickerSchema = makeFieldSchema({
  output: z => z.string(),
  uiOptions: z =>
    z.object({
      permission: z
        .enum(['resize', 'remove', 'restore'])
        .describe(
          'Only tenants that the user may resize, remove or restore; to be restored also what only looks like one, for who may adopt it',
        ),
    }),
});

/** A tenant that there is, of those that the user may change; its value is the name. */
export function TenantPickerField(props: typeof pickerSchema.TProps) {
  const t = useText();
  const query = useTenants();
  const pending = (
    <Pending
      query={query}
      failed={message => t('page.errorTitle', { message })}
      skeleton={<Skeleton height={64} />}
    />
  );
  return query.data ? (
    <Picker {...props} tenants={query.data} pending={pending} />
  ) : (
    pending
  );
}

function Picker(
  props: typeof pickerSchema.TProps & {
    tenants: Tenant[];
    /** While it is not known which of them the user may change */
    pending: JSX.Element;
  },
) {
  const { tenants, pending, formData, onChange, schema, uiSchema } = props;
  const t = useText();
  const permission = uiSchema['ui:options']?.permission ?? 'resize';
  // Restoring is the way back for one that can't be read any more.
  const phases = permission === 'restore' ? ['active', 'lost'] : ['active'];
  const { data: allowed } = useAllowed(
    PERMISSIONS[permission],
    tenants
      .filter(({ phase, spec }) => phases.includes(phase) && !isProofOnly(spec))
      .map(({ name }) => name),
  );
  const impostors = useImpostors();
  if (!allowed) {
    return pending;
  }
  const options = [
    ...tenants
      .filter(({ name }) => allowed.includes(name))
      .map(({ name, cluster, spec }) => ({
        id: name,
        label: t('form.tenantOption', { name, cluster, size: spec.size }),
      })),
    ...(permission === 'restore' ? impostors : []).map(({ name, cluster }) => ({
      id: name,
      label: t('form.tenantImpostor', { name, cluster }),
    })),
  ];
  if (options.length === 0) {
    return (
      <Notice
        status="warning"
        role="alert"
        title={t('form.tenantsNone')}
        description={t('form.tenantsNoneHint', {
          permission: PERMISSIONS[permission].name,
        })}
      />
    );
  }
  // A link may name one that is gone, or that the user may not change.
  const isKnown = options.some(({ id }) => id === formData);
  return (
    <ManySelect
      {...fieldProps(props)}
      label={schema.title ?? t('report.tenant')}
      isInvalid={
        (Boolean(formData) && !isKnown) || Boolean(props.rawErrors?.length)
      }
      placeholder={t('form.tenantChoose')}
      options={options}
      value={isKnown ? formData! : null}
      onChange={onChange}
    />
  );
}

/** Form field for a tenant to be changed. */
export const TenantPicker = defineField({
  name: 'TenantPicker',
  component: TenantPickerField,
  schema: pickerSchema,
  validation: (tenant, field) => {
    if (!tenant) {
      field.addError('Choose a tenant');
    }
  },
});
