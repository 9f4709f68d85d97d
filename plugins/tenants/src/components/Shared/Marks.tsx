import { Badge, Flex } from '@backstage/ui';
import { Tenant } from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';

const IS = {
  changed: ({ changed }: Tenant) => changed?.length,
  outdated: ({ outdated }: Tenant) => outdated,
  lost: ({ phase }: Tenant) => phase === 'lost',
  acknowledged: ({ acknowledged }: Tenant) => acknowledged,
  muted: ({ muted }: Tenant) => muted,
};

export type State = keyof typeof IS;

/** What a tenant can be besides the status of its walls. */
export const STATES = Object.keys(IS) as State[];

/** Which of these a tenant is. */
export function statesOf(tenant: Tenant): State[] {
  return STATES.filter(state => IS[state](tenant));
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
