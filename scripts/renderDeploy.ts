import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEPLOY, renderDeploy } from './lib/chart.ts';

// Writes the plain files of deploy/ anew, from the chart.
for (const [file, text] of Object.entries(await renderDeploy())) {
  await writeFile(join(DEPLOY, file), text);
}
