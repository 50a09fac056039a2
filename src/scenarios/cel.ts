/**
 * CEL: the part of the Common Expression Language that a maxPodsExpression of nodeadm can use.
 *
 * Why     nodeadm takes an expression for max pods, and falls back to its formula without a word on any error: of syntax, of type, of
 *         arithmetic. So types are checked on both sides of a condition before anything is computed, as CEL does.
 * Shape   Literals (int, uint, double, string, bool, null, lists), the operators, `?:`, `in`, indexing, size(), int(), uint(), double(),
 *         string(), type-preserving int arithmetic in 64 bits. Not here: maps, macros, bytes, durations, timestamps, regular expressions.
 * Errors  CelError, with a reason. An expression that uses what is not here is such an error, and so is refused, not misread.
 * Source  cel-go as vendored by amazon-eks-ami nodeadm v20260714; the language definition github.com/google/cel-spec doc/langdef.md.
 */
export class CelError extends Error {
  override name = 'CelError';
}

export type CelValue =
  | { readonly type: 'int' | 'uint'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'null'; readonly value: null }
  | { readonly type: 'list'; readonly value: readonly CelValue[] };

/** `dyn` is the element type of a list that mixes types. */
type Type = 'int' | 'uint' | 'double' | 'string' | 'bool' | 'null' | 'dyn' | `list(${string})`;
/** A checked expression: its type is known, its value is computed on demand. */
type Checked = { readonly type: Type; readonly value: () => CelValue };

const INT = { low: -(2n ** 63n), high: 2n ** 63n - 1n };
const UINT = { low: 0n, high: 2n ** 64n - 1n };
const DEPTH_MAX = 200;

const int = (value: bigint): CelValue => within({ type: 'int', value });
const bool = (value: boolean): CelValue => ({ type: 'bool', value });

function fail(reason: string): never {
  throw new CelError(reason);
}

function within(v: { type: 'int' | 'uint'; value: bigint }): CelValue {
  const range = v.type === 'int' ? INT : UINT;
  return v.value >= range.low && v.value <= range.high ? v : fail(`${v.type} overflow`);
}

/** The value of `expression`, in which `variables` are ints. */
export function evaluateCel(expression: string, variables: Readonly<Record<string, number>>): CelValue {
  return new Parser(tokens(expression), variables).whole().value();
}

/** A result as an int, as cel-go's ConvertToType(IntType): doubles lose their fraction, decimal texts are read, anything else fails. */
export function toInt(v: CelValue): bigint {
  switch (v.type) {
    case 'int':
      return v.value;
    case 'uint':
      return v.value <= INT.high ? v.value : fail('int overflow');
    case 'double':
      return Number.isFinite(v.value) && Math.abs(v.value) < 2 ** 63 ? BigInt(Math.trunc(v.value)) : fail('double does not fit an int');
    case 'string': {
      if (!/^[+-]?[0-9]+$/.test(v.value)) fail('text is not a whole number');
      const whole = int(BigInt(v.value.replace(/^\+/, '')));
      return whole.type === 'int' ? whole.value : fail('unreachable');
    }
    default:
      return fail(`no conversion from ${v.type} to int`);
  }
}

// ---------------------------------------------------------------------------------------------------------------- words

type Token = { readonly kind: 'int' | 'uint' | 'double' | 'string' | 'name' | 'sign' | 'end'; readonly text: string };

const WORD = new RegExp(
  [
    String.raw`(?<space>[ \t\r\n\f]+|\/\/[^\n]*)`,
    String.raw`(?<double>[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+)`,
    String.raw`(?<uint>(?:0x[0-9a-fA-F]+|[0-9]+)[uU])`,
    String.raw`(?<int>0x[0-9a-fA-F]+|[0-9]+)`,
    String.raw`(?<string>"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')`,
    String.raw`(?<name>[_a-zA-Z][_a-zA-Z0-9]*)`,
    String.raw`(?<sign>\|\||&&|[<>=!]=|[-+*/%<>!?:,.()[\]{}])`,
  ].join('|'),
  'y',
);

function tokens(text: string): Token[] {
  const list: Token[] = [];
  WORD.lastIndex = 0;
  while (WORD.lastIndex < text.length) {
    const at = WORD.lastIndex;
    const groups = WORD.exec(text)?.groups;
    if (!groups) fail(`unexpected "${text[at]}"`);
    const [kind, word] = Object.entries(groups).find(([, found]) => found !== undefined) ?? fail('empty word');
    if (kind !== 'space') list.push({ kind: kind as Token['kind'], text: word });
  }
  list.push({ kind: 'end', text: 'the end' });
  return list;
}

const ESCAPE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', '`': '`', '?': '?', a: '\x07', b: '\b', f: '\f', v: '\v' };
const unquote = (text: string) => text.slice(1, -1).replace(/\\(.)/gs, (_, c: string) => ESCAPE[c] ?? fail(`escape \\${c} is not supported`));

// ---------------------------------------------------------------------------------------------------------------- grammar and types

const RANK: Readonly<Record<string, number>> = { '||': 1, '&&': 2, '==': 3, '!=': 3, '<': 3, '<=': 3, '>': 3, '>=': 3, in: 3, '+': 4, '-': 4, '*': 5, '/': 5, '%': 5 };

class Parser {
  private at = 0;
  private depth = 0;
  private readonly list: readonly Token[];
  private readonly variables: Readonly<Record<string, number>>;

  constructor(list: readonly Token[], variables: Readonly<Record<string, number>>) {
    this.list = list;
    this.variables = variables;
  }

  whole(): Checked {
    const expression = this.conditional();
    return this.list[this.at].kind === 'end' ? expression : fail(`unexpected "${this.list[this.at].text}"`);
  }

  private next = () => this.list[this.at++];
  private take = (text: string) => {
    const { kind, text: found } = this.list[this.at];
    const same = found === text && (kind === 'sign' || kind === 'name');
    if (same) this.at++;
    return same;
  };
  private expect(text: string): void {
    if (!this.take(text)) fail(`"${text}" expected, found "${this.list[this.at].text}"`);
  }

  private conditional(): Checked {
    if (++this.depth > DEPTH_MAX) fail('nested too deeply');
    const condition = this.binary(1);
    let result = condition;
    if (this.take('?')) {
      const yes = this.binary(1);
      this.expect(':');
      const no = this.conditional();
      if (condition.type !== 'bool') fail('the condition is not a bool');
      if (yes.type !== no.type) fail(`both sides of ?: must have one type, not ${yes.type} and ${no.type}`);
      result = { type: yes.type, value: () => (condition.value().value === true ? yes : no).value() };
    }
    this.depth--;
    return result;
  }

  private binary(lowest: number): Checked {
    let left = this.unary();
    for (;;) {
      const { kind, text } = this.list[this.at];
      const rank = kind === 'sign' || (kind === 'name' && text === 'in') ? RANK[text] : undefined;
      if (rank === undefined || rank < lowest) return left;
      this.at++;
      left = operation(text, left, this.binary(rank + 1));
    }
  }

  private unary(): Checked {
    const signs: string[] = [];
    while (['-', '!'].includes(this.list[this.at].text) && this.list[this.at].kind === 'sign') signs.push(this.next().text);
    if (new Set(signs).size > 1) fail('- and ! cannot follow each other');
    if (signs.length === 0) return this.member();
    if (signs[0] === '-' && this.list[this.at].kind === 'int') {
      // A literal with its sign: -9223372036854775808 is in range, its absolute value is not.
      const literal = BigInt(this.next().text);
      const negative = int(-literal);
      return signs.length % 2 === 1 ? { type: 'int', value: () => negative } : { type: 'int', value: () => int(literal) };
    }
    const operand = this.member();
    if (signs[0] === '!') {
      if (operand.type !== 'bool') fail(`! of ${operand.type}`);
      return signs.length % 2 === 0 ? operand : { type: 'bool', value: () => bool(operand.value().value !== true) };
    }
    if (operand.type !== 'int' && operand.type !== 'double') fail(`- of ${operand.type}`);
    return signs.length % 2 === 0 ? operand : { type: operand.type, value: () => negate(operand.value()) };
  }

  private member(): Checked {
    let of = this.primary();
    for (;;) {
      if (this.take('[')) {
        const index = this.conditional();
        this.expect(']');
        of = element(of, index);
      } else if (this.list[this.at].kind === 'sign' && this.list[this.at].text === '.') {
        this.at++;
        const method = this.next();
        if (method.kind !== 'name') fail('a name expected after "."');
        this.expect('(');
        of = call(method.text, [of, ...this.items(')')]);
      } else return of;
    }
  }

  private items(end: string): Checked[] {
    const items: Checked[] = [];
    while (!this.take(end)) {
      if (items.length > 0) this.expect(',');
      if (items.length > 0 && end === ']' && this.take(end)) break;
      items.push(this.conditional());
    }
    return items;
  }

  private primary(): Checked {
    const { kind, text } = this.next();
    if (kind === 'int') return constant(int(BigInt(text)));
    if (kind === 'uint') return constant(within({ type: 'uint', value: BigInt(text.slice(0, -1)) }));
    if (kind === 'double') return constant({ type: 'double', value: Number(text) });
    if (kind === 'string') return constant({ type: 'string', value: unquote(text) });
    if (kind === 'sign' && text === '(') {
      const inner = this.conditional();
      this.expect(')');
      return inner;
    }
    if (kind === 'sign' && text === '[') {
      const items = this.items(']');
      const kinds = new Set(items.map(item => item.type));
      const type: Type = `list(${kinds.size === 1 ? items[0].type : 'dyn'})`;
      return { type, value: () => ({ type: 'list', value: items.map(item => item.value()) }) };
    }
    if (kind !== 'name') fail(`unexpected "${text}"`);
    if (text === 'true' || text === 'false') return constant(bool(text === 'true'));
    if (text === 'null') return constant({ type: 'null', value: null });
    if (this.take('(')) return call(text, this.items(')'));
    if (!Object.hasOwn(this.variables, text)) fail(`undeclared reference to "${text}"`);
    return constant(int(BigInt(this.variables[text])));
  }
}

const constant = (v: CelValue): Checked => ({ type: v.type as Type, value: () => v });

function negate(v: CelValue): CelValue {
  return v.type === 'int' ? int(-v.value) : v.type === 'double' ? { type: 'double', value: -v.value } : fail(`- of ${v.type}`);
}

const NUMERIC: readonly Type[] = ['int', 'uint', 'double'];

function operation(sign: string, a: Checked, b: Checked): Checked {
  const overload = (holds: boolean) => holds || fail(`no overload of ${sign} for ${a.type} and ${b.type}`);
  if (sign === '||' || sign === '&&') {
    overload(a.type === 'bool' && b.type === 'bool');
    return { type: 'bool', value: () => logical(sign === '||', a, b) };
  }
  if (sign === 'in') {
    overload(b.type === `list(${a.type})` || b.type === 'list(dyn)' || a.type === 'dyn');
    return { type: 'bool', value: () => bool(listOf(b.value()).some(item => equal(item, a.value()))) };
  }
  if (sign === '==' || sign === '!=') {
    overload(a.type === b.type || a.type === 'dyn' || b.type === 'dyn' || a.type === 'null' || b.type === 'null');
    return { type: 'bool', value: () => bool(equal(a.value(), b.value()) === (sign === '==')) };
  }
  if ('<=>='.includes(sign)) {
    const ordered = (t: Type) => NUMERIC.includes(t) || t === 'dyn';
    overload((a.type === b.type && (a.type === 'string' || a.type === 'bool')) || (ordered(a.type) && ordered(b.type)));
    return { type: 'bool', value: () => bool(compare(sign, a.value(), b.value())) };
  }
  if (a.type === 'dyn' || b.type === 'dyn') {
    const type = a.type === 'dyn' ? b.type : a.type;
    return { type, value: () => arithmetic(sign, a.value(), b.value()) };
  }
  overload(a.type === b.type && (NUMERIC.includes(a.type) || (sign === '+' && (a.type === 'string' || a.type.startsWith('list')))));
  overload(!(sign === '%' && a.type === 'double'));
  return { type: a.type, value: () => arithmetic(sign, a.value(), b.value()) };
}

/** An error on one side is forgiven if the other side decides. */
function logical(decides: boolean, a: Checked, b: Checked): CelValue {
  const sides = [a, b].map(side => {
    try {
      return side.value().value === true;
    } catch (error) {
      return error instanceof CelError ? error : fail(String(error));
    }
  });
  if (sides.includes(decides)) return bool(decides);
  const error = sides.find(side => side instanceof CelError);
  if (error) throw error;
  return bool(!decides);
}

const listOf = (v: CelValue) => (v.type === 'list' ? v.value : fail(`${v.type} is not a list`));
const isNumber = (v: CelValue) => v.type === 'int' || v.type === 'uint' || v.type === 'double';

function equal(a: CelValue, b: CelValue): boolean {
  // oxlint-disable-next-line eqeqeq -- bigint and number compare by value only so
  if (isNumber(a) && isNumber(b)) return a.value == b.value;
  if (a.type === 'list' && b.type === 'list') return a.value.length === b.value.length && a.value.every((item, i) => equal(item, b.value[i]));
  return a.type === b.type && a.value === b.value;
}

function compare(sign: string, a: CelValue, b: CelValue): boolean {
  if (!(isNumber(a) && isNumber(b)) && a.type !== b.type) fail(`no overload of ${sign} for ${a.type} and ${b.type}`);
  const [x, y] = [a.value as number | bigint, b.value as number | bigint]; // strings and bools compare in the same way
  return sign === '<' ? x < y : sign === '<=' ? x <= y : sign === '>' ? x > y : x >= y;
}

function arithmetic(sign: string, a: CelValue, b: CelValue): CelValue {
  if (a.type === 'string' && b.type === 'string') return { type: 'string', value: a.value + b.value };
  if (a.type === 'list' && b.type === 'list') return { type: 'list', value: [...a.value, ...b.value] };
  if (a.type === 'double' && b.type === 'double')
    return { type: 'double', value: sign === '+' ? a.value + b.value : sign === '-' ? a.value - b.value : sign === '*' ? a.value * b.value : a.value / b.value };
  if (!((a.type === 'int' && b.type === 'int') || (a.type === 'uint' && b.type === 'uint'))) fail(`no overload of ${sign} for ${a.type} and ${b.type}`);
  const [x, y] = [a.value, b.value];
  if ((sign === '/' || sign === '%') && y === 0n) fail('division by zero');
  return within({ type: a.type, value: sign === '+' ? x + y : sign === '-' ? x - y : sign === '*' ? x * y : sign === '/' ? x / y : x % y });
}

function element(of: Checked, index: Checked): Checked {
  if (!of.type.startsWith('list') || !NUMERIC.includes(index.type)) fail(`no overload of [] for ${of.type} and ${index.type}`);
  return {
    type: of.type.slice(5, -1) as Type,
    value: () => listOf(of.value())[Number(index.value().value)] ?? fail('index out of bounds'),
  };
}

function call(name: string, given: readonly Checked[]): Checked {
  const [of] = given;
  const one = given.length === 1 ? of.type : fail(`no overload of ${name}() for ${given.length} arguments`);
  if (name === 'size' && (one === 'string' || one.startsWith('list'))) {
    return { type: 'int', value: () => { const v = of.value(); return int(BigInt(v.type === 'string' ? [...v.value].length : listOf(v).length)); } };
  }
  if (name === 'int' && [...NUMERIC, 'string', 'dyn'].includes(one)) return { type: 'int', value: () => int(toInt(of.value())) };
  if (name === 'uint' && [...NUMERIC, 'string'].includes(one)) return { type: 'uint', value: () => within({ type: 'uint', value: toInt(of.value()) }) };
  if (name === 'double' && [...NUMERIC, 'string'].includes(one)) {
    return { type: 'double', value: () => { const v = Number(of.value().value); return Number.isNaN(v) ? fail('text is not a number') : { type: 'double', value: v }; } };
  }
  if (name === 'bool' && (one === 'bool' || one === 'string')) {
    return {
      type: 'bool',
      value: () => {
        const text = String(of.value().value);
        return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text) ? bool(true) : ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? bool(false) : fail('text is not a bool');
      },
    };
  }
  if (name === 'string' && [...NUMERIC, 'string', 'bool'].includes(one)) return { type: 'string', value: () => ({ type: 'string', value: String(of.value().value) }) };
  if (name === 'dyn') return { type: 'dyn', value: of.value };
  return fail(`no overload of ${name}() for ${one}`);
}
