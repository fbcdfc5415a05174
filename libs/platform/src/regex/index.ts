export { compileRegex } from './compile-regex';
