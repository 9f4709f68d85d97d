import { ComponentProps, useMemo, useState } from 'react';
import { Select } from '@backstage/ui';

/** From here on a list is searched rather than looked through. */
const SEARCH_FROM = 10;

/** As many as are drawn: each option follows the page's address, and costs at each change. */
const MAX_SHOWN = 50;

/** A select of any number of options: of a long list, those that match what is typed. */
export function ManySelect(
  props: Pick<
    ComponentProps<typeof Select>,
    | 'id'
    | 'className'
    | 'label'
    | 'description'
    | 'placeholder'
    | 'isRequired'
    | 'isDisabled'
    | 'isInvalid'
  > & {
    options: { id: string; label: string }[];
    value: string | null;
    onChange: (id: string) => void;
  },
) {
  const { options, value, onChange, ...field } = props;
  const [typed, setTyped] = useState('');
  const shown = useMemo(() => {
    const text = typed.toLowerCase();
    const matching = options
      .filter(({ label }) => label.toLowerCase().includes(text))
      .slice(0, MAX_SHOWN);
    const selected = options.find(({ id }) => id === value);
    return selected && !matching.includes(selected)
      ? [selected, ...matching]
      : matching;
  }, [options, value, typed]);
  return (
    <Select
      {...field}
      validationBehavior="aria"
      options={shown}
      {...(options.length > SEARCH_FROM && {
        search: { mode: 'server', inputValue: typed, onInputChange: setTyped },
      })}
      value={value}
      onChange={key => onChange(String(key))}
    />
  );
}
