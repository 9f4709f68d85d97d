import { CANARY } from './names';
import { Workload } from './workload';

const PORT = 8080;
/** It answers whoever connects. */
const SCRIPT = `require('node:http').createServer((_, res) => res.end('canary\\n')).listen(${PORT}); process.on('SIGTERM', () => process.exit(0));`;
/** What the bait may use. */
export const BAIT_RESOURCES = {
  requests: { cpu: '10m', memory: '32Mi' },
  limits: { cpu: '500m', memory: '128Mi' },
};

/** The canary's bait: everyone reaches it. */
export const bait: Workload = {
  name: CANARY,
  port: PORT,
  selector: { 'app.kubernetes.io/name': CANARY },
  seed: [{ name: CANARY, from: 'canary' }],
  startupMs: () => 60_000,
  pod: ({ cluster }) => ({
    container: {
      image: cluster.proofs.image,
      command: ['node', '-e', SCRIPT],
      resources: BAIT_RESOURCES,
      readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 2 },
    },
  }),
};
