#!/usr/bin/env node
// Says which rules about rooms pieces of code would break if they stood in given files.
import { readFileSync } from 'node:fs';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { purity, rooms } from './rooms.mjs';

if (process.argv.includes('--help')) {
  console.log(
    'Usage: node tools/lint/judge.mjs < CASES\nCASES is JSON: [{"file": …, "code": …}, …]. Prints, as JSON, the ids of the rules that each breaks.',
  );
  process.exit(0);
}
const config = [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } }, ...rooms, purity];
const linter = new Linter({ configType: 'flat' });
const judge = ({ file, code }) => linter.verify(code, config, { filename: file }).map(({ ruleId, message }) => ruleId ?? message);
console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(judge)));
