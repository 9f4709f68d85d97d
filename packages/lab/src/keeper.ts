// A small process beside the node, for what no controller of the cluster does:
// it takes back released volumes, and unseals Vault when its pod has restarted.
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from './errors.ts';
import { KubeApi } from './cluster/api.ts';
import { unseal } from './cluster/vault.ts';
import { keepVolumes } from './cluster/volumes.ts';
import { labPaths } from './paths.ts';

const EVERY_MS = 3000;

const paths = labPaths();
const api = new KubeApi(paths);
let last = '';

for (;;) {
  for (const work of [() => keepVolumes(api, paths), () => unseal(paths)]) {
    try {
      await work();
    } catch (error) {
      // Once, not every three seconds.
      const said = messageOf(error);
      if (said !== last) console.error(new Date().toISOString(), said);
      last = said;
    }
  }
  await sleep(EVERY_MS);
}
