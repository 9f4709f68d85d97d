import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { labState } from './lab';

/**
 * Forwards a port of this machine to n8n of a namespace.
 *
 * @returns its URL, and how to end it
 */
export async function forwardN8n(
  namespace: string,
  service = 'n8n',
): Promise<{ url: string; end: () => void }> {
  const child = spawn(
    join(labState, 'bin', 'kubectl'),
    ['port-forward', '-n', namespace, `service/${service}`, ':5678'],
    {
      env: { ...process.env, KUBECONFIG: join(labState, 'admin.kubeconfig') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', chunk => {
      said += chunk;
    });
    child.stdout.on('data', chunk => {
      const port = /127\.0\.0\.1:(\d+)/.exec(String(chunk))?.[1];
      if (port) {
        resolve(`http://127.0.0.1:${port}`);
      }
    });
    child.once('exit', code =>
      reject(new Error(`kubectl port-forward ended with ${code}: ${said}`)),
    );
  });
  return { url, end: () => child.kill() };
}
