import { Button, Menu, MenuItem, MenuTrigger } from '@backstage/ui';
import {
  fetchApiRef,
  toastApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { ResponseError } from '@backstage/errors';
import { RiDownloadLine } from '@remixicon/react';
import { tenantsTranslationRef } from '../../translation';

const EXTENSION = { markdown: 'md', json: 'json' };

/** Downloads what the last proof of a tenant has shown, to be handed on. */
export function ReportMenu(props: { tenantName: string }) {
  const { tenantName } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const { fetch } = useApi(fetchApiRef);
  const toasts = useApi(toastApiRef);

  async function download(format: keyof typeof EXTENSION) {
    try {
      const name = encodeURIComponent(tenantName);
      const response = await fetch(
        `plugin://tenants/tenants/${name}/report?format=${format}`,
      );
      if (!response.ok) {
        throw await ResponseError.fromResponse(response);
      }
      save(await response.blob(), `${tenantName}-walls.${EXTENSION[format]}`);
    } catch (e) {
      const { message } = e as Error;
      toasts.post({
        title: t('tab.reportFailed', { message }),
        status: 'danger',
      });
    }
  }

  return (
    <MenuTrigger>
      <Button
        size="small"
        variant="secondary"
        iconStart={<RiDownloadLine aria-hidden="true" />}
      >
        {t('tab.report')}
      </Button>
      <Menu>
        <MenuItem onAction={() => download('markdown')}>
          {t('tab.reportMarkdown')}
        </MenuItem>
        <MenuItem onAction={() => download('json')}>
          {t('tab.reportJson')}
        </MenuItem>
      </Menu>
    </MenuTrigger>
  );
}

/** Hands a file to the user, as a browser does for a link to a download. */
function save(blob: Blob, name: string) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
