import { setTimeout as sleep } from 'node:timers/promises';
import { runLab } from './support/lab';
import { VaultHands } from './wallsVaultHands';

/** What mutations do to the node's daemons, by way of the lab's own commands. */
export class NodeHands extends VaultHands {
  /** Holds a daemon of the node down; mending starts it and waits until it works. */
  stopPart = async (part: string) => {
    this.later(() => runLab('start', part));
    await runLab('stop', part);
  };

  /**
   * Kills the API server once the next proof has its pods, and the portal has sent
   * so many requests of its own since. The node starts it again.
   */
  killApiServerAfter = async (requests: number) => {
    const { parts } = JSON.parse(await runLab('status', '--json'));
    const [pid] = parts.find(({ id }: any) => id === 'kube-apiserver').pids;
    const { kubernetes } = this.lab.cluster;
    const enough = kubernetes.requests + requests;
    let waiting = true;
    const kill = async () => {
      while (waiting && kubernetes.requests < enough) {
        await sleep(1);
      }
      if (waiting) {
        process.kill(pid, 'SIGKILL');
      }
    };
    const killed = kill();
    this.later(async () => {
      waiting = false;
      await killed;
      await this.waitFor(async () => {
        const answer = await this.lab.admin
          .request({ method: 'GET', path: '/readyz' })
          .catch(() => undefined);
        return answer?.status === 200;
      }, 'the API server to answer again');
    });
  };
}
