export * from './WallReceipts';
