export * from './reference/start.ts';
