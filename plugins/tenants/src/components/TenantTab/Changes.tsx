import useUpdateEffect from 'react-use/esm/useUpdateEffect';
import { Box, Button, Skeleton, Text } from '@backstage/ui';
import { DriftItem } from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { useDrift } from '../../queries';
import { FieldChanges, Loaded, TitledCard, Notice } from '../Shared';

/** What others changed of a tenant, and what its plan of today has otherwise, field by field. */
export function Changes(props: {
  tenantName: string;
  /** Whether it is being applied: when that has ended, it is another */
  isApplying: boolean;
}) {
  const { tenantName, isApplying } = props;
  const t = useText();
  const query = useDrift(tenantName);
  useUpdateEffect(() => {
    if (!isApplying) {
      query.refetch();
    }
  }, [isApplying]);
  return (
    <TitledCard
      id="changes"
      title={t('drift.title')}
      actions={
        <Button
          variant="secondary"
          isPending={query.isFetching}
          onPress={() => query.refetch()}
        >
          {t('drift.check')}
        </Button>
      }
    >
      <Loaded
        query={query}
        failed={message => t('drift.errorTitle', { message })}
        skeleton={<Skeleton height={48} />}
      >
        {({ items }) => (
          <>
            <Group
              items={items.filter(({ outdated }) => !outdated)}
              title={t(
                items.every(({ outdated }) => outdated)
                  ? 'drift.none'
                  : 'drift.some',
              )}
              status="warning"
              isAlways
            />
            <Group
              items={items.filter(({ outdated }) => outdated)}
              title={t('drift.outdated')}
              status="info"
            />
          </>
        )}
      </Loaded>
    </TitledCard>
  );
}

/** Differences of one kind: what others have changed, or what the plan of today has otherwise. */
function Group(props: {
  items: DriftItem[];
  title: string;
  status: 'warning' | 'info';
  /** Also where there are none, which is good */
  isAlways?: boolean;
}) {
  const { items, title, status, isAlways } = props;
  return items.length > 0 || isAlways ? (
    <>
      <Notice
        status={items.length ? status : 'success'}
        role="status"
        title={title}
      />
      {items.map(item => (
        <Difference key={item.id} item={item} />
      ))}
    </>
  ) : null;
}

function Difference(props: { item: DriftItem }) {
  const { id, change, fields } = props.item;
  const t = useText();
  return (
    <Box role="group" aria-label={id}>
      <Text as="h4">
        <Text weight="bold">{id}</Text> {t(`drift.${change}`)}
      </Text>
      <FieldChanges of={id} fields={fields} />
    </Box>
  );
}
