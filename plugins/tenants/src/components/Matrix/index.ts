export * from './MatrixSkeleton';
