import { Fragment } from 'react';
import { Badge, Box, Flex, Radio, RadioGroup, Text } from '@backstage/ui';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import {
  PlatformInfo,
  SizeInfo,
} from '@threewalls/backstage-plugin-tenants-common';
import { quantityText } from '../../quantities';
import { useText } from '../../translation';
import { usePlatform, useTenant } from '../../queries';
import { Pending, Problem, SkeletonLines } from '../Shared';
import { defineField, fieldProps } from './field';
import { tenantOf } from './previewRequest';
import styles from './FormFields.module.css';

const sizeSchema = makeFieldSchema({ output: z => z.string() });

type SizeFieldProps = typeof sizeSchema.TProps;

/** A tenant's size, as cards with the numbers of those that its cluster has. */
export function TenantSizeField(props: SizeFieldProps) {
  const t = useText();
  const query = usePlatform();
  if (!query.data) {
    return (
      <Pending
        query={query}
        failed={t('form.sizesUnknown')}
        skeleton={
          <div className={styles.cards}>
            <SkeletonLines count={3} height={138} />
          </div>
        }
      />
    );
  }
  const { formData: form = {} } = props.formContext ?? {};
  const tenant = tenantOf(form);
  const cards = { ...props, clusters: query.data.clusters };
  return tenant ? (
    <CardsOfTenant key={tenant} {...cards} tenant={tenant} />
  ) : (
    <Cards {...cards} cluster={form.cluster} />
  );
}

interface CardsProps extends SizeFieldProps {
  clusters: PlatformInfo['clusters'];
  /** Name of the one that is meant; the first until one is chosen */
  cluster?: string;
  /** The size that the tenant has now */
  current?: string;
}

/** The sizes for a tenant that there is: its own is marked. */
function CardsOfTenant(props: CardsProps & { tenant: string }) {
  const { tenant, ...cards } = props;
  const { data } = useTenant(tenant);
  const { cluster, size } = data?.spec ?? {};
  return <Cards {...cards} cluster={cluster} current={size} />;
}

/** Sizes to choose one from, with their numbers: those that a template's `enum` allows. */
function Cards(props: CardsProps) {
  const { schema, clusters, cluster, current, formData, onChange } = props;
  const t = useText();
  const of = clusters.find(({ name }) => name === cluster) ?? clusters[0];
  const sizes =
    of?.sizes.filter(({ name }) => schema.enum?.includes(name) ?? true) ?? [];
  if (sizes.length === 0) {
    return <Problem>{t('form.sizesNone')}</Problem>;
  }
  return (
    <RadioGroup
      {...fieldProps(props)}
      isInvalid={Boolean(props.rawErrors?.length)}
      className={styles.sizes}
      value={formData ?? null}
      onChange={onChange}
    >
      {sizes.map(size => (
        <Radio key={size.name} value={size.name} className={styles.size}>
          <Flex direction="column" gap="1">
            <Flex align="center" gap="2">
              <Text weight="bold">{size.title}</Text>{' '}
              {size.name === current && <Badge>{t('form.currentSize')}</Badge>}
            </Flex>
            <Numbers size={size} />
          </Flex>
        </Radio>
      ))}
    </RadioGroup>
  );
}

/** What a tenant of a size may use, as a person reads it. */
function Numbers(props: { size: SizeInfo }) {
  const { size } = props;
  const t = useText();
  const range = (resource: 'cpu' | 'memory') =>
    t('form.range', {
      requested: quantityText(resource, size[resource].requests),
      limit: quantityText(resource, size[resource].limits),
    });
  const numbers = [
    [t('form.cpu'), range('cpu')],
    [t('form.memory'), range('memory')],
    [t('form.pods'), size.pods],
    [t('form.storage'), quantityText('storage', size.storage)],
  ];
  return (
    <Box as="span" className={styles.numbers}>
      {numbers.map(([term, value]) => (
        <Fragment key={term}>
          <Text variant="body-small">{term}</Text>{' '}
          <Text variant="body-small" color="secondary">
            {value}
          </Text>{' '}
        </Fragment>
      ))}
    </Box>
  );
}

export const TenantSize = defineField({
  name: 'TenantSize',
  component: TenantSizeField,
  schema: sizeSchema,
});
