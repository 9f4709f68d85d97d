import { Fragment } from 'react';
import { Badge, Box, Flex, Radio, RadioGroup, Text } from '@backstage/ui';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { SizeInfo } from '@threewalls/backstage-plugin-tenants-common';
import { quantityText } from '../../quantities';
import { useText } from '../../translation';
import { usePlatform, useTenant } from '../../queries';
import { Pending, Problem, SkeletonLines } from '../Shared';
import { fieldProps } from './fieldProps';
import { defineField } from './defineField';
import { tenantOf } from './previewRequest';
import styles from './FormFields.module.css';

const sizeSchema = makeFieldSchema({ output: z => z.string() });

/** What a card shows of a size; numbers as a person reads them. */
interface Size {
  name: string;
  title: string;
  /** Requests and limits */
  cpu: [string, string];
  memory: [string, string];
  pods: number;
  storage: string;
}

type SizeFieldProps = typeof sizeSchema.TProps;

/** A tenant's size, as cards with the numbers of those that the backend offers. */
export function TenantSizeField(props: SizeFieldProps) {
  const t = useText();
  const query = usePlatform();
  return query.data ? (
    <Cards {...props} sizes={query.data.sizes.map(sizeOf)} />
  ) : (
    <Pending
      query={query}
      loading={t('form.sizesLoading')}
      failed={t('form.sizesUnknown')}
      skeleton={
        <div className={styles.cards}>
          <SkeletonLines count={3} height={138} />
        </div>
      }
    />
  );
}

function Cards(props: SizeFieldProps & { sizes: Size[] }) {
  const { schema, sizes } = props;
  const tenant = tenantOf(props.formContext?.formData);
  const t = useText();
  const offered = sizesOf(schema, sizes);
  if (offered.length === 0) {
    return <Problem>{t('form.sizesNone')}</Problem>;
  }
  const { className: _, ...field } = fieldProps(props);
  const cards = {
    ...field,
    isInvalid: Boolean(props.rawErrors?.length),
    sizes: offered,
    value: props.formData,
    onChange: props.onChange,
  };
  return tenant ? (
    <CardsOfTenant key={tenant} {...cards} tenant={tenant} />
  ) : (
    <SizeCards {...cards} />
  );
}

/** The sizes for a tenant that there is: its own is marked. */
function CardsOfTenant(props: SizeCardsProps & { tenant: string }) {
  const { tenant, ...cards } = props;
  const { data } = useTenant(tenant);
  return <SizeCards {...cards} current={data?.spec.size} />;
}

interface SizeCardsProps
  extends Omit<ReturnType<typeof fieldProps>, 'className'> {
  isInvalid?: boolean;
  sizes: Size[];
  value?: string;
  /** The size that the tenant has now */
  current?: string;
  onChange: (name: string) => void;
}

/** Sizes to choose one from, with their numbers. */
function SizeCards(props: SizeCardsProps) {
  const { sizes, value, current, ...field } = props;
  const t = useText();
  return (
    <RadioGroup {...field} className={styles.sizes} value={value ?? null}>
      {sizes.map(size => (
        <Radio key={size.name} value={size.name} className={styles.size}>
          <Flex direction="column" gap="1">
            <Flex align="center" gap="2">
              <Text as="span" weight="bold">
                {size.title}
              </Text>{' '}
              {size.name === current && (
                <Badge size="small">{t('form.currentSize')}</Badge>
              )}
            </Flex>
            <Numbers size={size} />
          </Flex>
        </Radio>
      ))}
    </RadioGroup>
  );
}

function Numbers(props: { size: Size }) {
  const { cpu, memory, pods, storage } = props.size;
  const t = useText();
  const range = ([requested, limit]: [string, string]) =>
    t('form.range', { requested, limit });
  const numbers = [
    [t('form.cpu'), range(cpu)],
    [t('form.memory'), range(memory)],
    [t('form.pods'), pods],
    [t('form.storage'), storage],
  ];
  return (
    <Box as="span" className={styles.numbers}>
      {numbers.map(([term, value]) => (
        <Fragment key={term}>
          <Text as="span" variant="body-small">
            {term}
          </Text>{' '}
          <Text as="span" variant="body-small" color="secondary">
            {value}
          </Text>{' '}
        </Fragment>
      ))}
    </Box>
  );
}

/** A size of the backend, in numbers that a person reads. */
function sizeOf(info: SizeInfo): Size {
  const range = (resource: string, of: { requests: string; limits: string }) =>
    [
      quantityText(resource, of.requests),
      quantityText(resource, of.limits),
    ] as [string, string];
  return {
    name: info.name,
    title: info.title,
    cpu: range('cpu', info.cpu),
    memory: range('memory', info.memory),
    pods: info.pods,
    storage: quantityText('storage', info.storage),
  };
}

/** Those of the sizes that a template's `enum` allows; all without one. */
function sizesOf(schema: { enum?: unknown[] }, sizes: Size[]): Size[] {
  return sizes.filter(({ name }) => schema.enum?.includes(name) ?? true);
}

/** Form field for a tenant's size. */
export const TenantSize = defineField({
  name: 'TenantSize',
  component: TenantSizeField,
  schema: sizeSchema,
});
