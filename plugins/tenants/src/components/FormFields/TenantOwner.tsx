import { useEffect, useMemo } from 'react';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { parseEntityRef } from '@backstage/catalog-model';
import { tenantsTranslationRef } from '../../translation';
import { useOwnRefs, useTitles } from '../../queries';
import { ManySelect } from '../Shared';
import { defineField } from './defineField';
import styles from './FormFields.module.css';

const ownerSchema = makeFieldSchema({ output: z => z.string() });

/** The group that will own a tenant: one of the user's, chosen already where there is one. */
export function TenantOwnerField(props: typeof ownerSchema.TProps) {
  const { formData, onChange, schema, uiSchema } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
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
      id={props.idSchema?.$id}
      className={styles.field}
      label={schema.title ?? t('tab.owner')}
      description={uiSchema['ui:description'] ?? schema.description}
      isRequired={props.required}
      isDisabled={
        props.disabled ||
        uiSchema['ui:disabled'] === true ||
        groups.length === 0
      }
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
});
