import { Fragment } from 'react';
import { Box, Flex, Radio, RadioGroup, Text } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { tenantsTranslationRef } from '../../translation';
import styles from './FormFields.module.css';

/** What a card shows of a size; numbers as a person reads them. */
export interface Size {
  name: string;
  title?: string;
  /** Kept for it, and at most */
  cpu?: [string, string];
  memory?: [string, string];
  pods?: number;
  storage?: string;
}

/** Sizes to choose one from, with their numbers. */
export function SizeCards(props: {
  label?: string;
  description?: string;
  isRequired?: boolean;
  isDisabled?: boolean;
  isInvalid?: boolean;
  sizes: Size[];
  value?: string;
  onChange: (name: string) => void;
}) {
  const { sizes, value, ...field } = props;
  return (
    <RadioGroup
      {...field}
      className={styles.sizes}
      validationBehavior="aria"
      value={value ?? null}
    >
      {sizes.map(size => (
        <Radio key={size.name} value={size.name} className={styles.size}>
          <Flex direction="column" gap="1">
            <Text as="span" weight="bold">
              {size.title ?? size.name}
            </Text>
            <Numbers size={size} />
          </Flex>
        </Radio>
      ))}
    </RadioGroup>
  );
}

function Numbers(props: { size: Size }) {
  const { cpu, memory, pods, storage } = props.size;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const range = (pair?: [string, string]) =>
    pair && t('form.range', { requested: pair[0], limit: pair[1] });
  const numbers = [
    [t('form.cpu'), range(cpu)],
    [t('form.memory'), range(memory)],
    [t('form.pods'), pods],
    [t('form.storage'), storage],
  ];
  return (
    <Box as="span" className={styles.numbers}>
      {numbers.map(
        ([term, value]) =>
          value !== undefined && (
            <Fragment key={term}>
              <Text as="span" variant="body-small">
                {term}
              </Text>{' '}
              <Text as="span" variant="body-small" color="secondary">
                {value}
              </Text>{' '}
            </Fragment>
          ),
      )}
    </Box>
  );
}
