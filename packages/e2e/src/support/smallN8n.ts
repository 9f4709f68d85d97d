import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { JsonObject } from '@backstage/types';
import { labState, IMAGES } from './lab';

const IMAGE = 'threewalls.local/small-n8n:1';
const SLOW_IMAGE = 'threewalls.local/slow-n8n:1';
// Never part of a build.
// eslint-disable-next-line no-restricted-syntax
const IMPORTER = join(__dirname, 'importSmallN8n.mjs');

/**
 * Config of a portal whose tenants run a small server where n8n would be: the
 * operations don't care, it is there in a second, and a node holds many.
 */
export const SMALL_N8N: JsonObject = {
  n8n: { image: IMAGE },
  proofs: { image: IMAGES.n8n },
  sizes: {
    small: {
      n8n: {
        requests: { cpu: '1m', memory: '8Mi' },
        limits: { cpu: '200m', memory: '64Mi' },
      },
    },
  },
};

/** Brings the image of that server into the lab. */
export async function importSmallN8n(): Promise<void> {
  await importImage(IMAGE);
}

/**
 * Brings another one, which answers only so many seconds after its start, as an n8n
 * does that migrates a large database; hands back the config for it.
 */
export async function importSlowN8n(seconds: number): Promise<JsonObject> {
  await importImage(SLOW_IMAGE, `${seconds}`);
  const limits = { cpu: '500m', memory: '256Mi' };
  const requests = { cpu: '1m', memory: '64Mi' };
  return {
    n8n: { image: SLOW_IMAGE },
    sizes: { small: { n8n: { requests, limits } } },
  };
}

async function importImage(...args: string[]): Promise<void> {
  await promisify(execFile)(
    process.execPath,
    ['--no-warnings', IMPORTER, ...args],
    { env: { ...process.env, THREEWALLS_LAB_STATE: labState } },
  );
}
