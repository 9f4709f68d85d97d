export * from './EntityWallsCard';
export * from './WallRow';
export * from './WallsCard';
