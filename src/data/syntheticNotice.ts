import type { UnreachableError } from './download';

const told = new Set<string>();

/** Says once in a process why embedded images stand in for a data set, and that they do. */
export function announceSynthetic({ message }: UnreachableError): void {
  if (!told.has(message)) {
    told.add(message);
    console.log(`${message}\nEmbedded synthetic images stand in; every output made from them says so.`);
  }
}
