import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addNodeParts, bringUpNode } from './bringUp.ts';
import {
  addBuildParts,
  build,
  type BuildOptions,
  type Built,
} from './build/build.ts';
import { KubeApi } from './cluster/api.ts';
import { heldParts, startPart } from './control.ts';
import { addControlPlaneParts, bringUpControlPlane } from './controlPlane.ts';
import { modeFile, type LabMode } from './endpoints.ts';
import { nodeInit } from './node/node.ts';
import { readPid } from './node/processes.ts';
import { refuseForeignLab, teardown } from './node/teardown.ts';
import { labPaths, type LabPaths } from './paths.ts';
import { nodeObstacle } from './preflight.ts';
import type { LabProgress, OnProgress } from './progress.ts';
import { readProgress, working } from './work.ts';

export interface UpOptions extends BuildOptions {
  /** Bring up the control plane alone even where a node could run. */
  controlPlaneOnly?: boolean;
  /**
   * Leave out deploy/, and with it everything that is the portal's; or whatever a
   * cluster doesn't have by itself, Vault and External Secrets too.
   */
  bare?: boolean | 'cluster';
}

/** Builds what is missing, and builds alone. */
export async function labBuild(
  onProgress?: OnProgress,
  options: BuildOptions = {},
): Promise<Built> {
  return working(onProgress, async (paths, progress) => {
    addBuildParts(progress, 'node');
    return build(paths, progress, 'node', options);
  });
}

/**
 * Brings the lab up, or says at once that it is. Where the machine can't host a
 * node that is the control plane alone; `endpoints` tells which.
 */
export async function labUp(
  options: UpOptions = {},
  onProgress?: OnProgress,
): Promise<LabProgress> {
  const running = await upAlready();
  if (running) return running;
  return working(onProgress, async (paths, progress) => {
    const obstacle = options.controlPlaneOnly
      ? 'the control plane alone was asked for'
      : await nodeObstacle();
    const mode: LabMode = obstacle ? 'control-plane' : 'node';
    const bare = Boolean(options.bare);
    addBuildParts(progress, mode);
    if (obstacle) addControlPlaneParts(progress, bare);
    else addNodeParts(progress, options.bare);
    if (mode === 'node') refuseForeignLab(paths);
    await teardown(paths);
    writeFileSync(modeFile(paths), `${mode}\n`);
    const built = await build(paths, progress, mode, options);
    if (obstacle)
      await bringUpControlPlane(paths, progress, built, obstacle, bare);
    else await bringUpNode(paths, progress, built, options.bare);
    progress.ready();
    return progress.current;
  });
}

/** Whether the processes that make a lab are there, ready or not. */
export function isRunning(paths: LabPaths): boolean {
  const apiServer = join(paths.state, 'run', 'kube-apiserver.pid');
  return nodeInit(paths) !== undefined || readPid(apiServer) !== undefined;
}

/**
 * The progress of a lab that is up and answers. What was held down in it is
 * started: whoever wants it up wants all of it.
 */
export async function upAlready(): Promise<LabProgress | undefined> {
  const paths = labPaths();
  if (!isRunning(paths)) return undefined;
  const progress = readProgress(paths);
  if (!progress?.ready) return undefined;
  for (const part of heldParts(paths)) await startPart(paths, part);
  const api = new KubeApi(paths);
  const answers = await api.isReady();
  api.close();
  return answers ? progress : undefined;
}
