import { Alert, Button } from '@backstage/ui';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { tenantsTranslationRef } from '../../translation';

/** Says what could not be had and why, with a button that tries again. */
export function RetryAlert(props: {
  title: string;
  error: Error;
  onRetry: () => void;
}) {
  const { title, error, onRetry } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  return (
    <Alert
      status="danger"
      icon
      role="alert"
      title={title}
      description={error.message}
      customActions={
        <Button size="small" variant="secondary" onPress={onRetry}>
          {t('form.retry')}
        </Button>
      }
    />
  );
}
