import type { LabPart, OnProgress } from './progress.ts';
import type { LabStatus } from './status.ts';

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** Prints a line a change of a part; on a terminal also where it is meanwhile. */
export function progressPrinter(out: NodeJS.WriteStream): OnProgress {
  const seen = new Map<string, string>();
  const wipe = out.isTTY ? '\r\x1b[K' : '';
  return (_progress, part) => {
    if (!part || part.state === 'waiting') return;
    if (part.state === 'running') {
      if (!out.isTTY) return;
      const width = out.columns ?? 80;
      out.write(wipe + lineOf(part).slice(0, width - 1));
      return;
    }
    if (seen.get(part.id) === part.state) return;
    seen.set(part.id, part.state);
    out.write(`${wipe}${lineOf(part)}\n`);
  };
}

const MARKS = {
  waiting: ' ',
  running: '…',
  done: '✓',
  failed: '✗',
  skipped: '-',
} as const;

function lineOf(part: LabPart): string {
  const seconds = part.seconds === undefined ? '' : `${part.seconds} s`;
  // What it did last is of no interest once it is done.
  const detail = part.state === 'done' ? '' : part.detail ?? '';
  const rest = [seconds, detail].filter(Boolean).join('  ');
  return `${MARKS[part.state]} ${part.title.padEnd(34)} ${rest}`.trimEnd();
}

export function statusText(status: LabStatus): string {
  const lines = status.parts.map(
    ({ id, version, running, held, since, memoryBytes }) =>
      [
        held ? '■' : running ? '✓' : ' ',
        id.padEnd(24),
        version.padEnd(20),
        running
          ? `since ${since!.slice(0, 19)}Z  ${megabytes(memoryBytes)}`
          : held
          ? `stopped: start it with 'npm run lab -- start ${id}'`
          : 'not running',
      ].join(' '),
  );
  const held = status.parts.filter(part => part.held).map(({ id }) => id);
  const head = status.ready
    ? `the lab is up (${megabytes(status.memoryBytes)} in total)`
    : held.length > 0
    ? `the lab is up, except ${held.join(', ')}`
    : status.running
    ? 'the lab is starting, or was interrupted'
    : "the lab is down: start it with 'npm run lab -- up'";
  return [
    head,
    ...lines,
    '',
    `API         ${status.api}`,
    `Vault       ${status.vault}`,
    `kubeconfig  ${status.paths.adminKubeconfig}`,
    `for portals ${status.paths.portalDir}`,
  ].join('\n');
}
