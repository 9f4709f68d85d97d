import { Button, Menu, MenuItem, MenuTrigger } from '@backstage/ui';
import {
  toastApiRef,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { RiDownloadLine } from '@remixicon/react';
import { ReportFormat } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../../api';
import { tenantsTranslationRef } from '../../translation';
import { saveFile } from '../Shared';

const FILES: Record<ReportFormat, { extension: string; type: string }> = {
  markdown: { extension: 'md', type: 'text/markdown' },
  json: { extension: 'json', type: 'application/json' },
};

/** Downloads what the last proof of a tenant has shown, to be handed on. */
export function ReportMenu(props: { tenantName: string }) {
  const { tenantName } = props;
  const { t } = useTranslationRef(tenantsTranslationRef);
  const api = useApi(tenantsApiRef);
  const toasts = useApi(toastApiRef);

  async function download(format: ReportFormat) {
    const { extension, type } = FILES[format];
    try {
      const report = await api.getReport(tenantName, { format });
      saveFile(report, type, `${tenantName}-walls.${extension}`);
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
