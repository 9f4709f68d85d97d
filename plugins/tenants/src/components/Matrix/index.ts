export * from './MatrixCard';
export * from './NeighboursCard';
