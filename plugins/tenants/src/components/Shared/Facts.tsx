import { ReactNode } from 'react';
import { Box, Text } from '@backstage/ui';
import { tenantsTranslationRef, useText } from '../../translation';
import styles from './Facts.module.css';

/** Terms and their values, as many side by side as there is room for. */
export function Facts(props: {
  /** By the term's key: two terms may be one word; one without a value is left out */
  facts: Partial<Record<keyof typeof tenantsTranslationRef.T, ReactNode>>;
  /** One beneath the other, since their values are long */
  isList?: boolean;
}) {
  const { facts, isList } = props;
  const t = useText();
  return (
    <Box as="dl" className={isList ? styles.list : styles.facts}>
      {Object.entries(facts)
        .filter(([, value]) => value)
        .map(([term, value]) => (
          <Box key={term}>
            <Box as="dt">
              <Text variant="body-small" color="secondary">
                {t(term as 'tab.owner')}
              </Text>
            </Box>
            <Box as="dd" className={styles.value}>
              <Text as="div" variant={isList ? 'body-small' : undefined}>
                {value}
              </Text>
            </Box>
          </Box>
        ))}
    </Box>
  );
}

/** What Kubernetes or Vault call something, letter by letter. */
export function Mono(props: { children: ReactNode }) {
  return <Text className={styles.mono}>{props.children}</Text>;
}
