import { useMemo, useState } from 'react';
import {
  Button,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
} from '@backstage/ui';
import { storageApiRef, useApi } from '@backstage/frontend-plugin-api';
import { RiBookmarkLine } from '@remixicon/react';
import useObservable from 'react-use/esm/useObservable';
import { useText } from '../../translation';
import { AskDialog } from '../Shared';
import { TenantsQuery } from './useTenantsQuery';

const BUCKET = 'tenants';
const KEY = 'views';

/** A search, filter and sort by name; what it shows is an address' text. */
type View = { name: string; text: string };

/** The user's own views, where the portal keeps what belongs to a user. */
function useViews(): [views: View[], save: (views: View[]) => void] {
  const storage = useApi(storageApiRef);
  // A bucket is another object each time, and the same bucket.
  const bucket = useMemo(() => storage.forBucket(BUCKET), [storage]);
  const changes = useMemo(() => bucket.observe$<View[]>(KEY), [bucket]);
  const { value } = useObservable(changes, bucket.snapshot<View[]>(KEY));
  return [value ?? [], next => void bucket.set(KEY, next)];
}

/** The user's saved views: shows one, saves what is shown, or forgets one. */
export function Views(props: { query: TenantsQuery }) {
  const { query } = props;
  const t = useText();
  const [views, save] = useViews();
  const [isSaving, setSaving] = useState(false);
  const current = views.find(({ text }) => text === query.text);

  return (
    <>
      <MenuTrigger>
        <Button
          variant="secondary"
          iconStart={<RiBookmarkLine aria-hidden="true" />}
        >
          {current?.name ?? t('views.title')}
        </Button>
        <Menu>
          {views.length > 0 ? (
            <MenuSection title={t('views.saved')}>
              {views.map(view => (
                <MenuItem
                  key={view.name}
                  onAction={() => query.onTextChange(view.text)}
                >
                  {view.name}
                </MenuItem>
              ))}
            </MenuSection>
          ) : null}
          <MenuItem onAction={() => setSaving(true)}>
            {t('views.save')}
          </MenuItem>
          {current ? (
            <MenuItem
              color="danger"
              onAction={() => save(views.filter(view => view !== current))}
            >
              {t('views.forget', { name: current.name })}
            </MenuItem>
          ) : null}
        </Menu>
      </MenuTrigger>
      {isSaving && (
        <AskDialog
          title={t('views.save')}
          label={t('views.name')}
          maxLength={60}
          button={t('views.saveButton')}
          onDone={name => {
            const view = { name, text: query.text };
            save([...views.filter(v => v.name !== name), view]);
            setSaving(false);
          }}
          onClose={() => setSaving(false)}
        />
      )}
    </>
  );
}
