/** One jest for the whole tree: nx starts a process per project, which costs more than the tests (toolchain 1.2). */
module.exports = {
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/e2e', '<rootDir>/tools', '<rootDir>/examples'],
  testEnvironment: 'node',
  testMatch: ['**/*.spec.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' }, sourceMaps: 'inline' },
    ],
  },
  moduleNameMapper: {
    '^@holdfast/core/(.*)$': '<rootDir>/libs/core/src/$1/index.ts',
    '^@holdfast/contracts$': '<rootDir>/libs/contracts/src/index.ts',
    '^@holdfast/platform/(.*)$': '<rootDir>/libs/platform/src/$1/index.ts',
    '^@holdfast/scheduler-sdk$': '<rootDir>/libs/scheduler-sdk/src/index.ts',
    '^@holdfast/testing$': '<rootDir>/libs/testing/src/index.ts',
    '^@holdfast/testing/(.*)$': '<rootDir>/libs/testing/src/$1/index.ts',
  },
  testTimeout: 60000,
  // Also on two cores: with one worker jest runs everything in one process, and real processes wait on each other.
  maxWorkers: 2,
};
