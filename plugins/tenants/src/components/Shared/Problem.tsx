import { Text } from '@backstage/ui';

/** A line that says what went wrong: in a red that can be read in both themes. */
export function Problem(props: { children: string }) {
  return (
    <Text
      as="span"
      variant="body-small"
      style={{ color: 'var(--bui-fg-danger-on-bg)' }}
    >
      {props.children}
    </Text>
  );
}
