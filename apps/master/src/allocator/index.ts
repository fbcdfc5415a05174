export type { AllocatorBooks, AllocatorListener } from './allocator-books';
export { AllocatorLink } from './allocator-link';
