/** Reading a stream of server-sent events (WHATWG HTML, section 9.2). */

export interface Item {
  id: string;
  type: string;
  data: unknown;
}

/** Cut a stream of text into items; comments and items without data are left out. */
export class Parser {
  private rest = "";
  private id = "";
  private type = "";
  private data: string[] = [];

  /** Take the next piece of text, wherever it was cut; return the items that it completes. */
  push(text: string): Item[] {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop()!;
    return lines.map((line) => this.take(line.replace(/\r$/, ""))).filter((item) => item !== null);
  }

  private take(line: string): Item | null {
    if (line === "") return this.complete();
    const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line)!;
    if (name === "id") this.id = value!;
    else if (name === "event") this.type = value!;
    else if (name === "data") this.data.push(value!);
    return null;
  }

  private complete(): Item | null {
    const { id, type, data } = this;
    this.type = "";
    this.data = [];
    return data.length ? { id, type, data: JSON.parse(data.join("\n")) } : null;
  }
}
