export * from './answers';
export * from './axe';
export * from './mockTenantsApi';
export * from './press';
export * from './renderCard';
export * from './renderField';
export * from './renderInPortal';
export * from './renderWords';
