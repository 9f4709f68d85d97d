export * from './Cards';
export * from './Facts';
export * from './FieldChanges';
export * from './Links';
export * from './walls';
export * from './Status';
export * from './Time';
export * from './Use';
