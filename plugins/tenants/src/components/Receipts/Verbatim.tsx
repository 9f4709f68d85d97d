import { useEffect, useState } from 'react';
import { Box, ButtonIcon } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiCheckLine, RiFileCopyLine } from '@remixicon/react';
import useCopyToClipboard from 'react-use/esm/useCopyToClipboard';
import { tenantsTranslationRef } from '../../translation';
import styles from './Receipts.module.css';

const COPIED_MS = 2_000;

/** A text letter by letter, in monospace, with a button that copies it. */
export function Verbatim(props: { label: string; text: string }) {
  const { label, text } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const [, copy] = useCopyToClipboard();
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    const timer = setTimeout(() => setCopied(false), copied ? COPIED_MS : 0);
    return () => clearTimeout(timer);
  }, [copied]);

  return (
    <Box className={styles.verbatim}>
      <Box as="pre" className={styles.text} tabIndex={0} aria-label={label}>
        {text}
      </Box>
      <ButtonIcon
        size="small"
        variant="tertiary"
        className={styles.copy}
        aria-label={`${t(
          copied ? 'receipts.copied' : 'receipts.copy',
        )}: ${label}`}
        icon={copied ? <RiCheckLine /> : <RiFileCopyLine />}
        onPress={() => {
          copy(text);
          setCopied(true);
        }}
      />
    </Box>
  );
}
