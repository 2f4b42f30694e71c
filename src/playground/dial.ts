/// <reference lib="dom" />
import { html } from './elements';
import { acceptedIn, type NumberRange } from './settings';

/** How a number is offered. */
export interface DialSettings {
  /** Of the field. */
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly range: NumberRange;
}

/** A slider for coarse values and a field for exact ones. */
export interface Dial {
  readonly element: HTMLElement;
  readonly show: (value: number) => void;
}

/** Makes a dial. @param choose called with each number within the range */
export function createNumberDial({ id, label, hint, range }: DialSettings, choose: (value: number) => void): Dial {
  const { least, most, step } = range;
  const limits = { min: least, max: most, step };
  const field = html('input', { ...limits, type: 'number', id, inputmode: 'decimal' });
  const slider = html('input', { ...limits, type: 'range', id: `${id}-slider`, 'aria-label': `${label}, slider` });
  slider.addEventListener('input', () => choose(Number(slider.value)));
  field.addEventListener('input', () => {
    const value = acceptedIn(range, field.value);
    field.setCustomValidity(value === undefined ? `Choose a number from ${least} to ${most}.` : '');
    if (value !== undefined) {
      choose(value);
    }
  });
  let shown: number | undefined;
  const show = (): void => {
    if (shown !== undefined) {
      field.value = String(shown);
      field.setCustomValidity('');
    }
  };
  // A number that was not accepted is replaced by the current one.
  field.addEventListener('blur', show);
  return {
    element: html('div', { class: 'dial' }, html('label', { for: id }, label, html('small', {}, hint)), field, slider),
    show: (value) => {
      shown = value;
      slider.value = String(value);
      // A field that is being edited is left alone.
      if (document.activeElement !== field) {
        show();
      }
    },
  };
}
