/* eslint-disable no-console */
import { api } from './api';
import { detection } from './detection';
import { engine } from './engine';
import { many } from './many';
import { peers } from './peers';
import { proofs } from './proofs';
import { printTargets } from './report';
import { scaffolder } from './scaffolder';
import { scale } from './scale';
import { tour } from './tour';

/**
 * The benchmarks, in the order in which they run when none is named. To add
 * one: a file with an async function that measures, prints its own table and
 * removes what it made (also when it fails), and a line here.
 */
const BENCHES: Record<string, () => Promise<void>> = {
  engine,
  many,
  scaffolder,
  proofs,
  detection,
  peers,
  api,
  scale,
  tour,
};

async function main(names: string[]): Promise<void> {
  const unknown = names.filter(name => !Object.hasOwn(BENCHES, name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no benchmark ${unknown}: choose from ${Object.keys(BENCHES)}`,
    );
  }
  // What first builds other people's programs runs only where it is named.
  const all = Object.keys(BENCHES).filter(name => name !== 'peers');
  try {
    for (const name of names.length > 0 ? names : all) {
      console.log(`\n## ${name}\n`);
      await BENCHES[name]();
    }
  } finally {
    printTargets();
  }
}

// Ctrl-C ends what was started, too.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => process.exit(1));
}
main(process.argv.slice(2))
  .catch(error => {
    console.error(error);
    process.exitCode = 1;
  })
  // Pools that are kept alive would keep the process, too.
  .finally(() => process.exit());
