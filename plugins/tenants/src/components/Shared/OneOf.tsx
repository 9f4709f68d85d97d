import { ToggleButton, ToggleButtonGroup } from '@backstage/ui';

/** Buttons of which one is on, or none while there is no value. */
export function OneOf<Id extends string>(props: {
  label: string;
  /** What can be chosen, in this order */
  options: Record<Id, unknown>;
  value: Id | undefined;
  text: (id: Id) => string;
  onChange: (id: Id) => void;
}) {
  const { label, options, value, text, onChange } = props;
  return (
    <ToggleButtonGroup
      selectionMode="single"
      disallowEmptySelection
      aria-label={label}
      selectedKeys={value ? [value] : []}
      onSelectionChange={keys => onChange([...keys][0] as Id)}
    >
      {(Object.keys(options) as Id[]).map(id => (
        <ToggleButton key={id} id={id}>
          {text(id)}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
