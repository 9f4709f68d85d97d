import { useState } from 'react';
import { toError } from '@backstage/errors';
import { Box, Flex, Text, TextField } from '@backstage/ui';
import { ApiHolder } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import { RiCheckboxCircleFill, RiInformationFill } from '@remixicon/react';
import {
  DEFAULT_NAMESPACE_PREFIX,
  isProofOnly,
  tenantCreatePermission,
  tenantNameProblem,
  TenantsApi,
} from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { tenantsApiRef } from '../../api';
import { platformOf, useAnswer, useOwnRefs, usePlatform } from '../../queries';
import { Notice } from '../Shared';
import { defineField, fieldProps } from './field';
import { ownerOf } from './previewRequest';
import styles from './FormFields.module.css';

const nameSchema = makeFieldSchema({ output: z => z.string() });

/**
 * Whether a tenant can be created by a name:
 * - `free`: there is none yet
 * - `own`: there is one of the same owner, which the template brings up to date
 * - `taken`: there is one of somebody else, or one that is only proved
 * - `unknown`: the backend can't tell now; it is asked again when the task runs
 */
interface Availability {
  state: 'free' | 'own' | 'taken' | 'unknown';
  message?: string;
}

/** Asks whether a name is free for an owner. */
async function availabilityOf(
  api: TenantsApi,
  { name, owner }: { name: string; owner?: string },
  signal?: AbortSignal,
): Promise<Availability> {
  try {
    const tenant = await api.getTenant(name, { signal });
    // While no owner is chosen nobody can say whose it would be.
    const isOwn = !owner || tenant.owner === owner;
    return { state: isOwn && !isProofOnly(tenant.spec) ? 'own' : 'taken' };
  } catch (e) {
    switch ((e as { statusCode?: number }).statusCode) {
      case 404:
        return { state: 'free' };
      case 403:
        return { state: 'taken' };
      default:
        return { state: 'unknown', message: toError(e).message };
    }
  }
}

/** What keeps the form from going on, or `undefined`. */
export async function tenantNameError(
  name: string,
  context: {
    apiHolder: ApiHolder;
    formData: Record<string, unknown>;
  },
): Promise<string | undefined> {
  const api = context.apiHolder.get(tenantsApiRef);
  const platform = api && (await platformOf(api).catch(() => undefined));
  const problem = tenantNameProblem(name, platform?.namespacePrefix);
  if (problem || !api) {
    return problem;
  }
  const owner = ownerOf(context.formData);
  const { state } = await availabilityOf(api, { name, owner });
  return state === 'taken'
    ? `The name ${name} is taken. Choose another one`
    : undefined;
}

/** A tenant's name, checked while it is typed. */
export function TenantNameField(props: typeof nameSchema.TProps) {
  const { formData: name = '', onChange, uiSchema } = props;
  const { data: platform } = usePlatform();
  const namespacePrefix = platform?.namespacePrefix ?? DEFAULT_NAMESPACE_PREFIX;
  const t = useText();
  const [touched, setTouched] = useState(false);
  const problem = tenantNameProblem(name, namespacePrefix);
  const { data: availability } = useAnswer(
    'availability',
    problem ? undefined : { name, owner: ownerOf(props.formContext?.formData) },
    availabilityOf,
  );
  const { state, message = '' } = availability ?? {};
  const isTaken = state === 'taken';
  const error = isTaken ? t('form.nameTaken', { name }) : problem;
  // An empty form is not a mistake yet.
  const isShown =
    isTaken || (touched && name !== '') || props.rawErrors?.length;

  return (
    <Flex direction="column" gap="2">
      <MayOrder />
      <TextField
        {...fieldProps(props)}
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus={uiSchema['ui:autofocus'] === true}
        autoComplete="off"
        spellCheck="false"
        value={name}
        onChange={value => {
          setTouched(true);
          onChange(value);
        }}
        onBlur={() => setTouched(true)}
        validate={() => (isShown && error) || undefined}
      />
      {!error && state !== 'taken' && (
        <>
          <AvailabilityLine name={name} state={state} message={message} />
          <Box
            className={styles.preview}
            role="group"
            aria-label={t('form.willBe')}
          >
            <Text as="p" variant="body-small" color="secondary">
              {t('tab.namespace')}{' '}
              <span className={styles.mono}>{`${namespacePrefix}${name}`}</span>
            </Text>
          </Box>
        </>
      )}
    </Flex>
  );
}

/** Says at the top of the form what would only fail at its end. */
function MayOrder() {
  const t = useText();
  const { allowed, loading } = usePermission({
    permission: tenantCreatePermission,
  });
  const refs = useOwnRefs();
  const isForbidden = !loading && !allowed;
  const isNoMember =
    refs.size > 0 && ![...refs].some(ref => ref.startsWith('group:'));
  return isForbidden || isNoMember ? (
    <Notice
      status="warning"
      role="alert"
      title={t('form.mayNotOrder')}
      description={t(isForbidden ? 'form.needsCreate' : 'form.needsGroup')}
    />
  ) : null;
}

const LOOK = {
  free: { Icon: RiCheckboxCircleFill, color: 'success' },
  own: { Icon: RiInformationFill, color: 'info' },
  unknown: { Icon: RiInformationFill, color: 'secondary' },
} as const;

function AvailabilityLine(props: {
  name: string;
  state?: keyof typeof LOOK;
  message: string;
}) {
  const { name, state, message } = props;
  const { Icon, color } = LOOK[state ?? 'unknown'];
  const t = useText();
  const texts = {
    free: t('form.nameFree'),
    own: t('form.nameOwn', { name }),
    unknown: t('form.nameUnknown', { message }),
  };
  return (
    <Flex align="center" gap="1" role="status">
      <Text color={color} className={styles.icon}>
        <Icon size={16} aria-hidden="true" />
      </Text>
      <Text variant="body-small">
        {state ? texts[state] : t('form.nameChecking')}
      </Text>
    </Flex>
  );
}

export const TenantName = defineField({
  name: 'TenantName',
  component: TenantNameField,
  schema: nameSchema,
  validation: async (name, field, { apiHolder, formData }) => {
    const error = await tenantNameError(name, { apiHolder, formData });
    if (error) {
      field.addError(error);
    }
  },
});
