/// <reference lib="dom" />

/** The element of that id. @throws Error if the page has none of that kind. */
export function find<T extends Element>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) {
    throw new Error(`find: expected an element #${id} of the page to be ${kind.name}, got ${element?.constructor.name ?? 'none'}.`);
  }
  return element;
}

/** The descendant that a selector names. @throws Error if there is none of that kind. */
export function within<T extends Element>(parent: Element, selector: string, kind: new () => T): T {
  const element = parent.querySelector(selector);
  if (!(element instanceof kind)) {
    throw new Error(`within: expected "${selector}" to name ${kind.name}, got ${element?.constructor.name ?? 'none'}.`);
  }
  return element;
}

type Attributes = Readonly<Record<string, string | number>>;

/** Makes an HTML element. */
export function html<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: readonly (Node | string)[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/** Makes an SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: readonly (Node | string)[]): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, String(value));
  }
}
