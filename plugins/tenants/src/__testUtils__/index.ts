export * from './mockTenantsApi';
export * from './renderCard';
