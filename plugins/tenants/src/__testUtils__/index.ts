export * from './axe';
export * from './mockTenantsApi';
export * from './press';
export * from './renderCard';
export * from './renderField';
