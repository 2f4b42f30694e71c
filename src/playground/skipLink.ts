/// <reference lib="dom" />
import { within } from './elements';

/** Lets the link that skips the page's head move the focus without changing the address, which holds the settings. */
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
