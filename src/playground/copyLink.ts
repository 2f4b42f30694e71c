import { find } from './elements';

/** Copies the page's address, and says beside the button whether that worked. */
export async function copyLink(): Promise<void> {
  const copied = find('copied', HTMLElement);
  try {
    await navigator.clipboard.writeText(location.href);
    copied.textContent = 'Copied.';
  } catch {
    copied.textContent = 'Please copy it from the address bar.';
  }
}
