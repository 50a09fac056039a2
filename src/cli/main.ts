import { version } from '../index.ts';

console.log(version);
