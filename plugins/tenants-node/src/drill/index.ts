export { runDrill, type DrillOptions, type DrillResult } from './drill';
