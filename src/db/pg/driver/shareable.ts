// Which statements may run on a connection between those of other callers, as far as their text tells. When in doubt: not.

/** What reads or changes tables, and leaves nothing in the session. */
const reads = /^(select|insert|update|delete|merge|with|values|table)\b/i

/**
 * What may leave something in the session, or needs what is in it: settings, advisory locks, temporary tables, cursors, the value that a
 * sequence had last, channels, replication slots. And what runs a text that is in a string. `set_config` may be in a SELECT, INTO makes a
 * table, FOR UPDATE is over with the statement.
 */
const sessionWords =
  /\b(set_config|pg_(try_)?advisory\w*|temp|temporary|pg_temp\w*|currval|lastval|pg_notify|dblink\w*|pg_export_snapshot|pg_backend_pid|txid_\w+|setseed|lo_\w+|pg_sleep\w*|pg_\w*(slot|replication|logical)\w*|\w*_to_xml\w*|ts_stat|ts_rewrite|crosstab\w*|connectby)\b/i

/** Two statements in one text are one transaction, and the second may be anything. */
const several = /;\s*\S/

/**
 * Comments, strings, names in quotes and strings in dollars. In one pass, as the server reads them: a quote in a comment begins no
 * string, and two hyphens in a string begin no comment.
 */
const tokens =
  /--[^\n\r]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"((?:[^"]|"")*)"|(?<![\w\u0080-\uffff$])\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\2\$/g

/** What is left of one that never ends, or of a comment inside a comment. A parameter (`$1`) is none. */
const leftovers = /['"]|\/\*|\*\/|\$(?!\d)/

/** Texts with values in them may be long, and never come again. */
const longestKept = 2_000
const most = 1_000
const judged = new Map<string, boolean>()

/** Whether a statement's text says that it may share its connection. Texts are remembered: applications have few, and send them often. */
export function mayShareText(text: string): boolean {
  const known = judged.get(text)
  if (known !== undefined) return known
  const may = judge(text)
  if (text.length > longestKept) return may
  if (judged.size >= most) judged.clear()
  judged.set(text, may)
  return may
}

function judge(text: string): boolean {
  if (/\\|u&["']/i.test(text)) return false // escapes, which can hide a quote or a name
  const bare = text
    .replace(tokens, (token, name?: string) =>
      name !== undefined ? ` ${name.replace(/\W/g, '_')} ` : /^['$]/.test(token) ? ' 0 ' : ' ',
    )
    .trim()
  return (
    !leftovers.test(bare) &&
    reads.test(bare) &&
    !several.test(bare) &&
    !sessionWords.test(bare) &&
    !makesTable(bare)
  )
}

/** `SELECT … INTO name`; not `INSERT INTO`, `MERGE INTO`. */
function makesTable(bare: string): boolean {
  return /\binto\b/i.test(bare.replace(/\b(insert|merge)\s+into\b/gi, ''))
}
