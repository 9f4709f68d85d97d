export { endpoints } from './endpoints.ts';
export { ensurePackages, type NeededPackage } from './build/debian.ts';
export { writeImage } from './build/archive.ts';
export { buildHelm } from './build/helm.ts';
export { grantVaultAccess } from './cluster/portal.ts';
export { Vault } from './cluster/vault.ts';
export { labDown, labReset } from './down.ts';
export { nodeCommand } from './node/node.ts';
export { labPaths, labRoot } from './paths.ts';
export type { OnProgress } from './progress.ts';
export { labStatus } from './status.ts';
export { labBuild, labUp } from './up.ts';
export {
  GO_PARTS,
  IMAGES,
  PUBLIC_CRDS,
  PUBLIC_IMAGES,
  VERSIONS,
} from './versions.ts';
export { VAULT_ADDR, VAULT_IN_CLUSTER } from './addresses.ts';
