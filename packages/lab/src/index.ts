export { endpoints, type Endpoints, type LabMode } from './endpoints.ts';
export { ensurePackages, type NeededPackage } from './build/debian.ts';
export { writeImage } from './build/archive.ts';
export { buildHelm } from './build/helm.ts';
export { grantVaultAccess } from './cluster/portal.ts';
export { Vault } from './cluster/vault.ts';
export { labDown, labReset } from './down.ts';
export { LabError } from './errors.ts';
export { nodeCommand } from './node/node.ts';
export { labPaths, labRoot, type LabPaths } from './paths.ts';
export type {
  LabPart,
  LabProgress,
  OnProgress,
  PartState,
} from './progress.ts';
export { labStatus, type LabStatus, type PartStatus } from './status.ts';
export { labBuild, labUp, type UpOptions } from './up.ts';
export {
  GO_PARTS,
  IMAGES,
  PUBLIC_CRDS,
  PUBLIC_IMAGES,
  VERSIONS,
} from './versions.ts';
export { readProgress } from './work.ts';
export {
  API_SERVER,
  FOREIGN_DNS_IP,
  INTERNET_IP,
  METADATA_IP,
  NODE_IP,
  VAULT_ADDR,
  VAULT_IN_CLUSTER,
} from './addresses.ts';
