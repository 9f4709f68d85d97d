import { LabError } from './errors.ts';

const BUILD = ['--keep-build-cache', '--control-plane-only'];

/** Flags, and how many words, each command takes; others pass everything on to a program. */
const TAKES: Record<string, { flags?: string[]; words?: number }> = {
  up: { flags: BUILD },
  build: { flags: BUILD },
  down: {},
  reset: { flags: ['--all'] },
  status: { flags: ['--json'] },
  restart: { words: 1 },
  stop: { words: 1 },
  start: { words: 1 },
  open: { words: 1 },
};

/**
 * Refuses what a command would ignore.
 *
 * @returns whether help is asked for, in place of the command
 * @throws LabError
 */
export function checkArgs(name: string, args: string[]): boolean {
  if (!Object.hasOwn(TAKES, name)) return false;
  if (args.includes('--help') || args.includes('-h')) return true;
  const { flags = [], words = 0 } = TAKES[name];
  const unknown =
    args.find(arg => arg.startsWith('-') && !flags.includes(arg)) ??
    args.filter(arg => !arg.startsWith('-'))[words];
  if (unknown) {
    throw new LabError(`'${name}' takes no '${unknown}': see --help`);
  }
  return false;
}
