import { useEffect } from 'react';
import { Flex, Select, Skeleton } from '@backstage/ui';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { useText } from '../../translation';
import { usePlatform } from '../../queries';
import { Pending, Notice } from '../Shared';
import { defineField, fieldProps } from './field';
import styles from './FormFields.module.css';

const clusterSchema = makeFieldSchema({ output: z => z.string() });

/**
 * The cluster that a tenant is to live on. Where there is only one, there is
 * nothing to choose: it is taken, and the field is not shown.
 */
export function TenantClusterField(props: typeof clusterSchema.TProps) {
  const { formData, onChange, schema } = props;
  const t = useText();
  const query = usePlatform();
  const clusters = query.data?.clusters;
  const only = clusters?.length === 1 ? clusters[0].name : undefined;

  const isChoice = clusters !== undefined && clusters.length > 1;
  useEffect(() => {
    if (only && !formData) {
      onChange(only);
    } else if (isChoice && formData === undefined) {
      // A form validates the fields that have a value, and no others.
      onChange('');
    }
  }, [only, isChoice, formData, onChange]);

  if (!clusters) {
    return (
      <Pending
        query={query}
        failed={t('form.clustersUnknown')}
        skeleton={<Skeleton height={64} />}
      />
    );
  }
  if (clusters.length === 0) {
    return (
      <Notice
        status="danger"
        title={t('form.clustersNone')}
        description={t('form.clustersNoneHint')}
      />
    );
  }
  // A link may bring the name of a cluster that is no more.
  const isUnknown =
    Boolean(formData) && !clusters.some(({ name }) => name === formData);
  if (only && !isUnknown) {
    return <span hidden className={styles.nothing} />;
  }
  return (
    <Flex direction="column" gap="2">
      <Select
        {...fieldProps(props)}
        label={schema.title ?? t('tab.cluster')}
        isRequired
        isInvalid={isUnknown || Boolean(props.rawErrors?.length)}
        placeholder={t('form.clusterChoose')}
        options={clusters.map(({ name, title }) => ({
          id: name,
          label: title,
        }))}
        value={isUnknown ? null : formData || null}
        onChange={key => onChange(String(key))}
      />
      {isUnknown && (
        <Notice
          status="danger"
          title={t('form.clusterUnknown', { name: String(formData) })}
        />
      )}
    </Flex>
  );
}

export const TenantCluster = defineField({
  name: 'TenantCluster',
  component: TenantClusterField,
  schema: clusterSchema,
  validation: (cluster, field) => {
    if (!cluster) {
      field.addError('Choose a cluster');
    }
  },
});
