// As much of a browser's document as React needs to render text: a tree of nodes, without looks and without input.

export class TinyNode {
  readonly childNodes: TinyNode[] = []
  readonly namespaceURI = 'http://www.w3.org/1999/xhtml'
  readonly style = {}
  parentNode: TinyNode | null = null
  data = ''

  constructor(
    readonly nodeType: number,
    readonly nodeName: string,
    readonly ownerDocument: TinyNode | null,
  ) {}

  get tagName(): string {
    return this.nodeName
  }

  get firstChild(): TinyNode | null {
    return this.childNodes[0] ?? null
  }

  get lastChild(): TinyNode | null {
    return this.childNodes.at(-1) ?? null
  }

  get nextSibling(): TinyNode | null {
    const siblings = this.parentNode?.childNodes ?? []
    return siblings[siblings.indexOf(this) + 1] ?? null
  }

  get nodeValue(): string {
    return this.data
  }

  set nodeValue(text: string) {
    this.data = text
  }

  get textContent(): string {
    return this.data + this.childNodes.map(child => child.textContent).join('')
  }

  set textContent(text: string) {
    for (const child of [...this.childNodes]) this.removeChild(child)
    this.data = text
  }

  appendChild(child: TinyNode): TinyNode {
    return this.insertBefore(child, null)
  }

  insertBefore(child: TinyNode, before: TinyNode | null): TinyNode {
    child.parentNode?.removeChild(child)
    child.parentNode = this
    this.childNodes.splice(
      before === null ? this.childNodes.length : this.childNodes.indexOf(before),
      0,
      child,
    )
    return child
  }

  removeChild(child: TinyNode): TinyNode {
    this.childNodes.splice(this.childNodes.indexOf(child), 1)
    child.parentNode = null
    return child
  }

  setAttribute(): void {}
  removeAttribute(): void {}
  addEventListener(): void {}
  removeEventListener(): void {}
}

class TinyDocument extends TinyNode {
  readonly defaultView = { HTMLIFrameElement: class {}, document: this }
  readonly documentElement = this.createElement('html')
  readonly activeElement = this.createElement('body')

  constructor() {
    super(9, '#document', null)
  }

  createElement(name: string): TinyNode {
    return new TinyNode(1, name.toUpperCase(), this)
  }

  createTextNode(text: string): TinyNode {
    return Object.assign(new TinyNode(3, '#text', this), { data: text })
  }
}

/** A document with nothing in it. */
export const tinyDocument = (): TinyDocument => new TinyDocument()
