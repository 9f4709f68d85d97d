export * from './CreateLink';
export * from './TemplateLinks';
