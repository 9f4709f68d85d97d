export * from './Facts';
export * from './FieldChanges';
export * from './RetryAlert';
export * from './TitledCard';
