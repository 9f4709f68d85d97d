import { useState } from 'react';
import { TextAreaField } from '@backstage/ui';
import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';
import {
  egressCidrProblem,
  egressHostProblem,
  MAX_EGRESS_ENTRIES,
  PlatformInfo,
} from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../../api';
import { useText } from '../../translation';
import { platformOf, usePlatform } from '../../queries';
import { defineField, fieldProps } from './field';
import styles from './FormFields.module.css';

const egressSchema = makeFieldSchema({
  output: z => z.array(z.string()),
  uiOptions: z =>
    z.object({
      kind: z
        .enum(['host', 'cidr'])
        .describe('Host names, or IPv4 ranges in CIDR notation'),
    }),
});

const PROBLEM_OF = { host: egressHostProblem, cidr: egressCidrProblem };

const PLACEHOLDER = { host: 'api.example.com', cidr: '203.0.113.0/24' };

/** Hosts or ranges that a tenant may reach, one a line, checked as typed. */
export function TenantEgressField(props: typeof egressSchema.TProps) {
  const { formData = [], onChange, uiSchema } = props;
  const field = fieldProps(props);
  const kind = uiSchema['ui:options']?.kind ?? 'host';
  // The list has no blank lines; who types a new one needs it for a moment.
  const [text, setText] = useState(() => formData.join('\n'));
  const [isTyping, setTyping] = useState(false);
  const t = useText();
  const { data: platform } = usePlatform();
  const isRefused =
    kind === 'host' && knowsNoHosts(platform, props.formContext?.formData);
  const errors =
    isRefused && text.trim()
      ? [t('form.hostsRefused')]
      : egressErrors(isTyping ? finished(text) : entriesOf(text), kind);

  return (
    <TextAreaField
      {...field}
      className={`${styles.field} ${styles.list}`}
      description={
        isRefused ? !text.trim() && t('form.hostsRefused') : field.description
      }
      placeholder={isRefused ? undefined : PLACEHOLDER[kind]}
      rows={4}
      autoComplete="off"
      spellCheck="false"
      value={text}
      onChange={value => {
        setText(value);
        setTyping(true);
        onChange(entriesOf(value));
      }}
      onBlur={() => setTyping(false)}
      validate={() => (errors.length > 0 ? errors : undefined)}
    />
  );
}

/** Whether none of the clusters that a form may mean has policies that know host names. */
function knowsNoHosts(
  platform?: PlatformInfo,
  { cluster }: Record<string, unknown> = {},
): boolean | undefined {
  return platform?.clusters.every(
    ({ name, networkProvider }) =>
      networkProvider === 'kubernetes' || (cluster && cluster !== name),
  );
}

/** The entries of a text, one a line; blank lines are none. */
function entriesOf(text: string): string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean);
}

/** The entries but the one being typed: it is not wrong before it is done. */
function finished(text: string): string[] {
  return entriesOf(text.split('\n').slice(0, -1).join('\n'));
}

/** What is wrong with a list, entry by entry; empty where nothing is. */
export function egressErrors(
  entries: string[],
  kind: 'host' | 'cidr',
): string[] {
  const errors = entries.flatMap(entry => {
    const problem = PROBLEM_OF[kind](entry);
    return problem ? [`${entry}: ${problem}`] : [];
  });
  return entries.length > MAX_EGRESS_ENTRIES
    ? [
        `${entries.length} entries: the maximum is ${MAX_EGRESS_ENTRIES}`,
        ...errors,
      ]
    : errors;
}

/** Form field for the hosts or the ranges that a tenant may reach. */
export const TenantEgress = defineField({
  name: 'TenantEgress',
  component: TenantEgressField,
  schema: egressSchema,
  validation: async (entries, field, { uiSchema, apiHolder, formData }) => {
    const kind = uiSchema?.['ui:options']?.kind ?? 'host';
    const api = apiHolder.get(tenantsApiRef);
    if (kind === 'host' && entries.length > 0 && api) {
      // Where nobody can tell, the task does.
      const platform = await platformOf(api).catch(() => undefined);
      if (knowsNoHosts(platform, formData)) {
        field.addError("This platform can't allow host names. Use IPv4 ranges");
      }
    }
    for (const error of egressErrors(entries, kind)) {
      field.addError(error);
    }
  },
});
