import { Text } from '@backstage/ui';
import styles from './Status.module.css';

/** A line that says what went wrong: in a red that can be read in both themes. */
export function Problem(props: { children: string }) {
  return (
    <Text as="span" variant="body-small" className={styles.problem}>
      {props.children}
    </Text>
  );
}
