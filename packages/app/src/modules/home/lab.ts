import {
  useApi,
  discoveryApiRef,
  fetchApiRef,
} from '@backstage/frontend-plugin-api';
import { ResponseError } from '@backstage/errors';
import { useEffect, useState } from 'react';

/** One part of the lab, as its progress file has it. */
export interface LabPart {
  id: string;
  title: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'skipped';
  detail?: string;
  startedAt?: string;
  seconds?: number;
}

/** How far the lab is; only `configured` where this portal has none. */
export interface LabStatus {
  configured: boolean;
  ready?: boolean;
  error?: string;
  parts?: LabPart[];
}

const INTERVAL_MS = 2_000;

/** How far the lab is, asked for until it is ready. */
export function useLabStatus(): LabStatus | undefined {
  const discovery = useApi(discoveryApiRef);
  const { fetch } = useApi(fetchApiRef);
  const [status, setStatus] = useState<LabStatus>();

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    let timer: ReturnType<typeof setTimeout>;

    async function load() {
      try {
        const url = `${await discovery.getBaseUrl('lab')}/status`;
        const response = await fetch(url, { signal });
        if (!response.ok) {
          throw await ResponseError.fromResponse(response);
        }
        const next: LabStatus = await response.json();
        setStatus(next);
        if (!next.configured || next.ready) {
          return;
        }
      } catch {
        // The backend restarts while the lab comes up: what was last known
        // stays, and it is asked again.
      }
      if (!signal.aborted) {
        timer = setTimeout(load, INTERVAL_MS);
      }
    }

    load();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [discovery, fetch]);

  return status;
}
