export * from './checks';
export * from './Picture';
export * from './Attention';
export * from './ProofLine';
export * from './useProving';
export * from './WallRow';
export * from './WallsCard';
export * from './headline';
