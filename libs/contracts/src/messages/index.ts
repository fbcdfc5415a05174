export * from './scheduler';
export * from './agent-link';
export * from './allocator';
export * from './registry';
export * from './operator';
export * from './volumes';
export * from './status';
export * from './executor-api';
