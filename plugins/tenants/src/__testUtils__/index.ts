export * from './axe';
export * from './mockTenantsApi';
export * from './renderCard';
export * from './renderField';
