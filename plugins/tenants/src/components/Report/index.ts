export * from './ReportPage';
