import { ReactNode, useState } from 'react';
import { Flex, Skeleton, Text, TextField } from '@backstage/ui';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import {
  Tenant,
  overallStatus,
} from '@threewalls/backstage-plugin-tenants-common';
import { quantityText } from '../../quantities';
import { useAnswer, useTenant, useUsage } from '../../queries';
import { useText } from '../../translation';
import {
  Facts,
  Loaded,
  Loading,
  provedAt,
  RelativeTime,
  WallStatusLabel,
  Notice,
} from '../Shared';
import { defineField, fieldProps } from './field';
import { tenantOf } from './previewRequest';
import styles from './FormFields.module.css';

const removalSchema = makeFieldSchema({ output: z => z.string() });

/**
 * What is lost with the tenant that the form's `tenant` names, and a field to
 * type its name into: nobody should remove the wrong one by a click.
 */
export function TenantRemovalField(props: typeof removalSchema.TProps) {
  const { formData: typed = '', schema } = props;
  const t = useText();
  const [isTyping, setTyping] = useState(false);
  const form = props.formContext?.formData ?? {};
  const name = tenantOf(form);
  const isWrong = Boolean(
    name && typed && typed !== name && !(isTyping && name.startsWith(typed)),
  );
  if (!name) {
    return <Notice status="info" title={t('removal.nothing')} />;
  }
  return (
    <Flex direction="column" gap="4">
      <Losses key={name} name={name} keepData={form.keepData === true} />
      <TextField
        {...fieldProps(props)}
        label={schema.title ?? t('removal.type')}
        description={t('removal.typeHint', { name })}
        autoComplete="off"
        spellCheck="false"
        value={typed}
        onChange={value => {
          setTyping(true);
          props.onChange(value);
        }}
        onBlur={() => setTyping(false)}
        validate={() =>
          isWrong ? t('removal.wrong', { typed, name }) : undefined
        }
      />
    </Flex>
  );
}

/** What goes with a tenant, and what stays when its data is kept. */
function Losses(props: { name: string; keepData: boolean }) {
  const { name, keepData } = props;
  const t = useText();
  return (
    <Loaded
      query={useTenant(name)}
      failed={t('removal.errorTitle', { name })}
      skeleton={<Skeleton height={180} />}
    >
      {tenant => {
        const at = provedAt(tenant);
        return (
          <Flex direction="column" gap="3">
            <Notice
              status={keepData ? 'warning' : 'danger'}
              role="status"
              title={t(keepData ? 'removal.keepTitle' : 'removal.loseTitle', {
                name,
              })}
              description={t(
                keepData ? 'removal.keepText' : 'removal.loseText',
              )}
            />
            <Facts
              facts={{
                'removal.volume': (
                  <Fate isKept={keepData}>
                    <Volume tenant={tenant} />
                  </Fate>
                ),
                'removal.vault': (
                  <Fate isKept={keepData}>{t('removal.vaultEntry')}</Fate>
                ),
                [keepData ? 'removal.others' : 'removal.objects']: (
                  <Fate isKept={false}>
                    {keepData ? (
                      t('removal.workload')
                    ) : (
                      <Objects tenant={tenant} />
                    )}
                  </Fate>
                ),
                'removal.lastProof': (
                  <Flex align="center" gap="2">
                    <WallStatusLabel status={overallStatus(tenant.walls)} />
                    {at ? <RelativeTime iso={at} /> : t('time.never')}
                  </Flex>
                ),
              }}
            />
          </Flex>
        );
      }}
    </Loaded>
  );
}

/** A thing, and beside it whether it is kept or lost. */
function Fate(props: { isKept: boolean; children: ReactNode }) {
  const t = useText();
  return (
    <>
      {props.children}
      <Text
        weight="bold"
        className={`${styles.fate} ${props.isKept ? styles.kept : styles.lost}`}
      >
        {t(props.isKept ? 'removal.kept' : 'removal.lost')}
      </Text>
    </>
  );
}

/** The size of n8n's volume, as the quota has it. */
function Volume(props: { tenant: Tenant }) {
  return (
    <Known query={useUsage(props.tenant.name)}>
      {({ quotas }) => {
        const storage = quotas.find(q => q.resource === 'requests.storage');
        return storage && quantityText('requests.storage', storage.used);
      }}
    </Known>
  );
}

/** How many objects there are: all of the plan but those that are missing. */
function Objects(props: { tenant: Tenant }) {
  const query = useAnswer('preview', props.tenant.spec, (api, spec, signal) =>
    api.previewTenant(spec, { signal }),
  );
  return (
    <Known query={query}>
      {({ resources }) =>
        String(resources.filter(r => r.change !== 'create').length)
      }
    </Known>
  );
}

/** What a query comes to in a word, or that it is not known. */
function Known<T>(props: {
  query: Loading<T>;
  children: (data: T) => string | undefined;
}) {
  const { query, children } = props;
  const t = useText();
  if (query.error) {
    return <>{t('tab.unknown')}</>;
  }
  return <>{query.data ? children(query.data) ?? t('tab.unknown') : '…'}</>;
}

/** Form field by which a removal is confirmed. */
export const TenantRemoval = defineField({
  name: 'TenantRemoval',
  component: TenantRemovalField,
  schema: removalSchema,
  validation: (typed, field, { formData }) => {
    const name = tenantOf(formData as Record<string, unknown>);
    if (name && typed !== name) {
      field.addError(`This doesn't match the tenant's name, ${name}`);
    }
  },
});
