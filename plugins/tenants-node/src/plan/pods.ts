import { ClusterProfile } from '../config/platform';

/** UID and GID of the `node` user in n8n's image, which all pods run from. */
const UID = 1000;

/** What every pod has in common: where its image is from, and as whom it runs. */
export function planPod({ pods }: Pick<ClusterProfile, 'pods'>) {
  const { architecture, pullSecrets, securityContext } = pods;
  return {
    ...(pullSecrets.length > 0 && {
      imagePullSecrets: pullSecrets.map(name => ({ name })),
    }),
    ...(architecture && {
      nodeSelector: { 'kubernetes.io/arch': architecture },
    }),
    securityContext: {
      runAsNonRoot: true,
      ...(securityContext === 'fixed' && {
        runAsUser: UID,
        runAsGroup: UID,
        fsGroup: UID,
      }),
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
}
