import { useEffect, useState } from 'react';
import { useApi } from '@backstage/frontend-plugin-api';
import { toError } from '@backstage/errors';
import { TenantPreview } from '@threewalls/backstage-plugin-tenants-common';
import { tenantsApiRef } from '../../api';
import { PreviewInput, previewRequestOf } from './previewRequest';

/** Waits for a pause: each preview asks the cluster about every object. */
const PAUSE_MS = 500;

/** The preview of what a form says; neither value while it is on its way. */
export function usePreview(input: PreviewInput | undefined): {
  preview?: TenantPreview;
  error?: Error;
  retry: () => void;
} {
  const api = useApi(tenantsApiRef);
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<{
    key: string;
    preview?: TenantPreview;
    error?: Error;
  }>();
  const text = input && JSON.stringify(input);
  const key = `${round} ${text}`;

  useEffect(() => {
    if (!text) {
      return undefined;
    }
    const controller = new AbortController();
    const { signal } = controller;
    const timer = setTimeout(async () => {
      try {
        const request = await previewRequestOf(api, JSON.parse(text), signal);
        const preview = await api.previewTenant(request, { signal });
        setAnswer(last => (signal.aborted ? last : { key, preview }));
      } catch (e) {
        setAnswer(last => (signal.aborted ? last : { key, error: toError(e) }));
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [api, text, key]);

  const current = answer?.key === key ? answer : undefined;
  return {
    preview: current?.preview,
    error: current?.error,
    retry: () => setRound(n => n + 1),
  };
}
