import { useEffect, useMemo } from 'react';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { parseEntityRef } from '@backstage/catalog-model';
import { useText } from '../../translation';
import { useOwnRefs, useTitles } from '../../queries';
import { ManySelect } from '../Shared';
import { fieldProps } from './fieldProps';
import { defineField } from './defineField';

const ownerSchema = makeFieldSchema({ output: z => z.string() });

/** The group that will own a tenant: one of the user's, chosen already where there is one. */
export function TenantOwnerField(props: typeof ownerSchema.TProps) {
  const { formData, onChange } = props;
  const field = fieldProps(props);
  const t = useText();
  const refs = useOwnRefs();
  const groups = useMemo(
    () => [...refs].filter(ref => ref.startsWith('group:')).sort(),
    [refs],
  );
  const titles = useTitles(groups);
  const options = groups.map(id => ({
    id,
    label: titles.get(id) ?? parseEntityRef(id).name,
  }));
  const only = groups.length === 1 ? groups[0] : undefined;
  useEffect(() => {
    if (only && !formData) {
      onChange(only);
    }
  }, [only, formData, onChange]);
  // A link may name one that the user is no member of.
  const isKnown = groups.includes(formData ?? '');
  return (
    <ManySelect
      {...field}
      label={field.label ?? t('tab.owner')}
      isDisabled={field.isDisabled || groups.length === 0}
      isInvalid={
        (Boolean(formData) && !isKnown && groups.length > 0) ||
        Boolean(props.rawErrors?.length)
      }
      placeholder={t(
        groups.length === 0 ? 'form.ownersNone' : 'form.ownerChoose',
      )}
      options={options}
      value={isKnown ? formData! : null}
      onChange={onChange}
    />
  );
}

/** Form field for a tenant's owner. */
export const TenantOwner = defineField({
  name: 'TenantOwner',
  component: TenantOwnerField,
  schema: ownerSchema,
  validation: (owner, field) => {
    if (!owner) {
      field.addError('Choose a group');
    }
  },
});
