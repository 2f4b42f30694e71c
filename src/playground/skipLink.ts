/// <reference lib="dom" />
import { within } from './elements';

/** Lets the link that skips the page's head move the focus without touching the address, which holds the setting. */
export function keepAddressOnSkip(): void {
  const link = within(document.body, '.skip', HTMLAnchorElement);
  link.addEventListener('click', (event) => {
    const target = document.querySelector<HTMLElement>(link.hash);
    if (target !== null) {
      event.preventDefault();
      target.focus();
    }
  });
}
