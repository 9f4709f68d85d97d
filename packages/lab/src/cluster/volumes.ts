import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_NAME } from '../addresses.ts';
import { NODE_STATE, type LabPaths } from '../paths.ts';
import { ApiError, type KubeApi } from './api.ts';

const POOL = 40;
const SIZE = '2Gi';
const PATH = '/api/v1/persistentvolumes';

const volumeName = (index: number) =>
  `threewalls-${String(index).padStart(2, '0')}`;

function persistentVolume(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, labels: { 'threewalls.io/lab': 'pool' } },
    spec: {
      capacity: { storage: SIZE },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: 'threewalls-local',
      // local volumes honour fsGroup, which hostPath ones do not.
      local: { path: `${NODE_STATE}/volumes/${name}` },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                {
                  key: 'kubernetes.io/hostname',
                  operator: 'In',
                  values: [NODE_NAME],
                },
              ],
            },
          ],
        },
      },
    },
  };
}

/**
 * Keeps the pool of volumes full: makes the missing ones, and takes back those
 * that a deleted claim released. Nothing in Kubernetes does it for local ones.
 */
export async function keepVolumes(api: KubeApi, paths: LabPaths) {
  const there = new Map(
    (await api.list(PATH)).map(volume => [volume.metadata.name, volume]),
  );
  for (let index = 0; index < POOL; index++) {
    const name = volumeName(index);
    const folder = join(paths.state, 'volumes', name);
    const volume = there.get(name);
    if (!volume) {
      mkdirSync(folder, { recursive: true });
      await api.send('POST', PATH, persistentVolume(name)).catch(error => {
        // The old one of this name is still on its way out: the next round.
        if (!(error instanceof ApiError && error.status === 409)) throw error;
      });
    } else if (volume.status?.phase === 'Released') {
      // The folder itself may still be mounted: empty it, keep it.
      for (const entry of readdirSync(folder)) {
        rmSync(join(folder, entry), { recursive: true, force: true });
      }
      chownSync(folder, 0, 0);
      chmodSync(folder, 0o755);
      await api.delete(`${PATH}/${name}`);
    }
  }
}
