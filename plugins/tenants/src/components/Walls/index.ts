export * from './checks';
export * from './Picture';
export * from './Attention';
export * from './useProving';
export * from './WallRow';
export * from './WallsCard';
export * from './Headline';
