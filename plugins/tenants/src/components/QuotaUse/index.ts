export * from './ratio';
export * from './UseBar';
export * from './UseCell';
