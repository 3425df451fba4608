// Keeps passwords out of everything that the demo prints.

/** The text with `***` where a database URL in it has a password, as the user part or as a parameter. */
export function hidePasswords(text: string): string {
  return text
    .replace(/(:\/\/[^\s:/?#@]*):\S*@/g, '$1:***@')
    .replace(/([?&](?:ssl)?password=)[^\s&#]*/gi, '$1***')
}
