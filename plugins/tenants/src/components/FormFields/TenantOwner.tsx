import { useEffect, useMemo } from 'react';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { useText } from '../../translation';
import { useOwnRefs, useTitles } from '../../queries';
import { ManySelect } from '../Shared';
import { defineField, fieldProps } from './field';
import { ownerOf } from './previewRequest';

const ownerSchema = makeFieldSchema({ output: z => z.string() });

/**
 * The group that will own a tenant: one of the user's, chosen already where there is
 * one. Its value is the entity ref, as short as can be: a review shows it as it is.
 */
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
  const options = groups.map(ref => {
    const id = short(ref)!;
    return { id, label: titles.get(ref) ?? id };
  });
  const only = options.length === 1 ? options[0].id : undefined;
  const value = formData ? short(formData) : only;
  useEffect(() => {
    if (value && value !== formData) {
      onChange(value);
    }
  }, [value, formData, onChange]);
  // A link may name one that the user is no member of.
  const isKnown = options.some(({ id }) => id === value);
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
      value={isKnown ? value! : null}
      onChange={onChange}
    />
  );
}

function short(owner: string): string | undefined {
  return ownerOf({ owner })?.replace(/^group:(default\/)?/, '');
}

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
