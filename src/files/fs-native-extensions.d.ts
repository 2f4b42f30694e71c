/** The part of the package that is used here; it has no types of its own. */
declare module 'fs-native-extensions' {
  /** Waits until this descriptor holds the exclusive lock of its whole file. The system frees it with the descriptor, whatever ends the process. */
  export function waitForLockSync(descriptor: number): void;
}
