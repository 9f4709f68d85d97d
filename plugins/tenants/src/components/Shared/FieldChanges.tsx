import { Box } from '@backstage/ui';
import { DriftField } from '@threewalls/backstage-plugin-tenants-common';
import { useText } from '../../translation';
import { RelativeTime } from './Time';
import styles from './FieldChanges.module.css';

/** Fields of a resource as they are, and as they are planned. */
export function FieldChanges(props: { of: string; fields: DriftField[] }) {
  const { of, fields } = props;
  const t = useText();
  const hasManagers = fields.some(({ manager }) => manager);
  return fields.length === 0 ? null : (
    // What is wider than the screen scrolls, by the keyboard too.
    <Box className={styles.scroll} tabIndex={0} role="region" aria-label={of}>
      <table className={styles.fields}>
        <thead>
          <tr>
            <th scope="col">{t('drift.field')}</th>
            <th scope="col">{t('drift.live')}</th>
            <th scope="col">{t('receipts.expected')}</th>
            {hasManagers && <th scope="col">{t('drift.manager')}</th>}
          </tr>
        </thead>
        <tbody>
          {fields.map(field => (
            <tr key={field.field}>
              <th scope="row">{field.field}</th>
              <td>
                <Value value={field.live} />
              </td>
              <td>
                <Value value={field.planned} />
              </td>
              {hasManagers && (
                <td>
                  {field.manager}{' '}
                  {field.since && <RelativeTime iso={field.since} />}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Box>
  );
}

function Value(props: { value: DriftField['live'] }) {
  const { value } = props;
  const t = useText();
  if (value === undefined || value === null) {
    return <em>{t('drift.absent')}</em>;
  }
  return <>{typeof value === 'string' ? value : JSON.stringify(value)}</>;
}
