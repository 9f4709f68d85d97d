export * from './duration';
export * from './RelativeTime';
export * from './status';
export * from './WallStatusLabel';
