export { createNarrator, type Narrator, type VerifiedLine } from './narrator';
export { playStory } from './story';
