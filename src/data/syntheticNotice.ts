import type { UnreachableError } from './download';

const announced = new Set<string>();

/** Says once in a process why embedded images stand in for a data set, and that they do. */
export function announceSynthetic({ message }: UnreachableError): void {
  if (!announced.has(message)) {
    announced.add(message);
    console.log(`${message}\nEmbedded synthetic images stand in; every output made from them says so.`);
  }
}
