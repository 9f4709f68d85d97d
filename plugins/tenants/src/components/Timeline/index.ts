export * from './Strip';
export * from './timeline';
export * from './WallsTimeline';
