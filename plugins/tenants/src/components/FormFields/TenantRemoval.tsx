import { ReactNode, useState } from 'react';
import {
  Alert,
  Flex,
  Skeleton,
  Text,
  TextField,
  VisuallyHidden,
} from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import { quantityText } from '../../quantities';
import { useAnswer, useTenant, useUsage } from '../../queries';
import { tenantsTranslationRef } from '../../translation';
import {
  Facts,
  overallStatus,
  provedAt,
  RelativeTime,
  RetryAlert,
  WallStatusLabel,
} from '../Shared';
import { defineField } from './defineField';
import { tenantOf } from './previewRequest';
import styles from './FormFields.module.css';

const removalSchema = makeFieldSchema({ output: z => z.string() });

/**
 * What is lost with the tenant that the form's `tenant` names, and a field to
 * type its name into: nobody should remove the wrong one by a click.
 */
export function TenantRemovalField(props: typeof removalSchema.TProps) {
  const { formData: typed = '', schema, uiSchema } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const [isTyping, setTyping] = useState(false);
  const form = props.formContext?.formData ?? {};
  const name = tenantOf(form);
  const isWrong = Boolean(
    name && typed && typed !== name && !(isTyping && name.startsWith(typed)),
  );
  if (!name) {
    return (
      <Alert status="info" icon role="status" title={t('removal.nothing')} />
    );
  }
  return (
    <Flex direction="column" gap="4">
      <Losses key={name} name={name} keepData={form.keepData === true} />
      <TextField
        id={props.idSchema?.$id}
        className={styles.field}
        label={schema.title ?? t('removal.type')}
        description={t('removal.typeHint', { name })}
        isRequired={props.required}
        isDisabled={props.disabled || uiSchema['ui:disabled'] === true}
        autoComplete="off"
        spellCheck="false"
        value={typed}
        onChange={value => {
          setTyping(true);
          props.onChange(value);
        }}
        onBlur={() => setTyping(false)}
        validationBehavior="aria"
        validate={() =>
          isWrong ? t('removal.wrong', { typed, name }) : undefined
        }
      />
    </Flex>
  );
}

interface LossesProps {
  name: string;
  keepData: boolean;
}

/** What goes with a tenant, and what stays when its data is kept. */
export function Losses(props: LossesProps) {
  const { name } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { data, error, refetch } = useTenant(name);
  if (data) {
    return <LossesOf {...props} tenant={data} />;
  }
  return error ? (
    <RetryAlert
      title={t('removal.errorTitle', { name })}
      error={error}
      onRetry={refetch}
    />
  ) : (
    <div role="status">
      <VisuallyHidden>{t('removal.loading')}</VisuallyHidden>
      <Skeleton height={180} />
    </div>
  );
}

function LossesOf(props: LossesProps & { tenant: Tenant }) {
  const { tenant, keepData } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const at = provedAt(tenant);
  return (
    <Flex direction="column" gap="3">
      <Alert
        status={keepData ? 'warning' : 'danger'}
        icon
        role="status"
        title={t(keepData ? 'removal.keepTitle' : 'removal.loseTitle', {
          name: tenant.name,
        })}
        description={t(keepData ? 'removal.keepText' : 'removal.loseText')}
      />
      <Facts
        facts={[
          [
            t('removal.volume'),
            <Fate key="volume" isKept={keepData}>
              <Volume tenant={tenant} />
            </Fate>,
          ],
          [
            t('removal.vault'),
            <Fate key="vault" isKept={keepData}>
              {t('removal.vaultEntry')}
            </Fate>,
          ],
          [
            t(keepData ? 'removal.others' : 'removal.objects'),
            <Fate key="objects" isKept={false}>
              {keepData ? t('removal.workload') : <Objects tenant={tenant} />}
            </Fate>,
          ],
          [
            t('removal.lastProof'),
            <Flex key="proof" align="center" gap="2">
              <WallStatusLabel status={overallStatus(tenant.walls)} />
              {at ? <RelativeTime iso={at} /> : t('time.never')}
            </Flex>,
          ],
        ]}
      />
    </Flex>
  );
}

/** A thing, and beside it whether it is kept or lost. */
function Fate(props: { isKept: boolean; children: ReactNode }) {
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <>
      {props.children}
      <Text
        as="span"
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
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { data, error } = useUsage(props.tenant.name);
  const storage = data?.quotas.find(q => q.resource === 'requests.storage');
  if (error || (data && !storage)) {
    return <>{t('removal.unknown')}</>;
  }
  return storage ? (
    <>{quantityText('requests.storage', storage.used)}</>
  ) : (
    <>…</>
  );
}

/** How many objects there are: all of the plan but those that are missing. */
function Objects(props: { tenant: Tenant }) {
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { data, error } = useAnswer(
    'preview',
    props.tenant.spec,
    (api, spec, signal) => api.previewTenant(spec, { signal }),
  );
  if (error) {
    return <>{t('removal.unknown')}</>;
  }
  return data ? (
    <>{data.resources.filter(r => r.change !== 'create').length}</>
  ) : (
    <>…</>
  );
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
