import { FakeCluster } from './FakeCluster';
import { PLANTED } from './startTenantsBackend';

/** What there is of a hand-made n8n, to be changed by a row of a table. */
export interface HandMade {
  deployment: any;
  n8n: any;
  pod: any;
  claim: any;
  volume: any;
}

/** A hand-made n8n as its official chart makes one, but for what is changed of it. */
export function makeByHand(
  lab: FakeCluster,
  change: (objects: HandMade) => void = () => {},
): HandMade {
  const labels = { 'app.kubernetes.io/instance': 'acme' };
  const n8n = {
    name: 'n8n-main',
    image: 'docker.n8n.io/n8nio/n8n:2.30.0',
    env: [{ name: 'WEBHOOK_URL', value: PLANTED.vaultSecret }],
    volumeMounts: [{ name: 'data', mountPath: '/home/node/.n8n' }],
  };
  const volumes = [
    { name: 'data', persistentVolumeClaim: { claimName: 'acme-n8n' } },
  ];
  const pod: any = { containers: [n8n], volumes };
  const objects: HandMade = {
    deployment: {
      metadata: { name: 'acme-n8n-main' },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { spec: pod },
      },
    },
    n8n,
    pod,
    claim: {
      metadata: { name: 'acme-n8n', namespace: 'n8n-acme', uid: 'claim-1' },
      spec: { volumeName: 'pv-1' },
    },
    volume: {
      metadata: { name: 'pv-1' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { namespace: 'n8n-acme', name: 'acme-n8n' },
      },
    },
  };
  change(objects);
  const { deployment, claim, volume } = objects;
  lab.objects.set(
    `/apis/apps/v1/namespaces/n8n-acme/deployments/acme-n8n-main`,
    deployment,
  );
  lab.objects.set(`/api/v1/namespaces/n8n-acme/pods/acme-1`, {
    metadata: { name: 'acme-1', labels },
  });
  lab.objects.set(
    `/api/v1/namespaces/n8n-acme/persistentvolumeclaims/acme-n8n`,
    claim,
  );
  lab.objects.set('/api/v1/persistentvolumes/pv-1', volume);
  return objects;
}
