import { Badge, Flex } from '@backstage/ui';
import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';

/** What a tenant can be besides the status of its walls. */
export const STATES = [
  'changed',
  'outdated',
  'lost',
  'acknowledged',
  'muted',
] as const;

export type State = (typeof STATES)[number];

/** Which of these a tenant is. */
export function statesOf(tenant: Tenant): State[] {
  const is: Record<State, boolean> = {
    changed: Boolean(tenant.changed?.length),
    outdated: Boolean(tenant.outdated),
    lost: tenant.phase === 'lost',
    acknowledged: Boolean(tenant.acknowledged),
    muted: Boolean(tenant.muted),
  };
  return STATES.filter(state => is[state]);
}

/** What a tenant is besides the status of its walls: changed, outdated, lost … */
export function Marks(props: { tenant: Tenant }) {
  const t = useText();
  const states = statesOf(props.tenant);
  return states.length === 0 ? null : (
    <Flex gap="1" style={{ flexWrap: 'wrap' }}>
      {states.map(state => (
        <Badge key={state} title={t(`state.${state}Hint`)}>
          {t(`state.${state}`)}
        </Badge>
      ))}
    </Flex>
  );
}
