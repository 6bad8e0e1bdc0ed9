// SPDX-License-Identifier: GPL-2.0-only
//! From a command line to words.
//!
//! White space separates words. `'...'` keeps everything as it stands, `"..."` knows `\"`, `\\`, `\n`, `\t`, a
//! backslash outside quotes keeps the next character, `#` at the start of a word begins a comment that runs to the end
//! of the line. There are no variables, no patterns and no command separators: a script is a list of lines.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// One word of a command line, quotes and backslashes removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word as the command sees it.
    pub text: String,
    /// Byte offset in the line of the word's first character (of its opening quote, if it has one).
    pub start: usize,
    /// Some part of the word was quoted or escaped: it is never taken as an option.
    pub quoted: bool,
}

/// What is wrong with a line; columns count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxError {
    /// A quote was opened at this column and never closed.
    OpenQuote {
        /// The quote character.
        quote: char,
        /// Where it stands.
        column: usize,
    },
    /// The line ends in a lone backslash at this column.
    LoneBackslash {
        /// Where it stands.
        column: usize,
    },
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenQuote { quote, column } => {
                write!(
                    f,
                    "column {column}: found {quote} without its counterpart, expected it before the end of the line"
                )
            }
            Self::LoneBackslash { column } => {
                write!(
                    f,
                    "column {column}: found a backslash at the end of the line, expected a character after it"
                )
            }
        }
    }
}

/// Splits `line` into words.
///
/// # Errors
/// An open quote or a trailing backslash, with its column.
pub fn split(line: &str) -> Result<Vec<Word>, SyntaxError> {
    let (words, end) = scan(line);
    match end {
        End::Error(error) => Err(error),
        End::Line | End::Comment => Ok(words),
    }
}

/// What a completion has to know of the text left of the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial {
    /// The complete words left of the word under the cursor.
    pub before: Vec<String>,
    /// The part of the current word left of the cursor.
    pub current: String,
}

/// Splits the text left of the cursor for a completion: the last word, possibly empty, is the one to complete.
/// `None` inside quotes, after a backslash and in a comment: there is nothing to complete.
pub fn partial(left: &str) -> Option<Partial> {
    let (mut words, end) = scan(left);
    if end != End::Line {
        return None;
    }
    let current = if left.chars().next_back().is_some_and(|c| !is_blank(c)) {
        words.pop().filter(|w| !w.quoted)?.text
    } else {
        String::new()
    };
    Some(Partial { before: words.into_iter().map(|w| w.text).collect(), current })
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

/// How a scan came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Line,
    Comment,
    Error(SyntaxError),
}

/// The words of a line and how it ends; the words before an error are still there.
fn scan(line: &str) -> (Vec<Word>, End) {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            _ if is_blank(c) => words.extend(word.take()),
            '#' if word.is_none() => return (words, End::Comment),
            _ => {
                let word = word.get_or_insert(Word { text: String::new(), start: at, quoted: false });
                let column = at + 1;
                let error = match c {
                    '\\' => {
                        word.quoted = true;
                        match chars.next() {
                            Some((_, next)) => {
                                word.text.push(next);
                                None
                            }
                            None => Some(SyntaxError::LoneBackslash { column }),
                        }
                    }
                    '\'' | '"' => {
                        word.quoted = true;
                        if quoted(&mut chars, c, &mut word.text) {
                            None
                        } else {
                            Some(SyntaxError::OpenQuote { quote: c, column })
                        }
                    }
                    _ => {
                        word.text.push(c);
                        None
                    }
                };
                if let Some(error) = error {
                    return (words, End::Error(error));
                }
            }
        }
    }
    words.extend(word);
    (words, End::Line)
}

/// Copies the inside of a quotation to `text`; whether the closing quote came.
fn quoted(chars: &mut core::str::CharIndices<'_>, quote: char, text: &mut String) -> bool {
    while let Some((_, c)) = chars.next() {
        match c {
            _ if c == quote => return true,
            '\\' if quote == '"' => match chars.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, next)) => text.push(next),
                None => return false,
            },
            _ => text.push(c),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        split(line).unwrap().into_iter().map(|w| w.text).collect()
    }

    #[test]
    fn blanks_separate_words() {
        assert_eq!(texts("  guest \t start   linux0 "), ["guest", "start", "linux0"]);
        assert!(texts("").is_empty());
        assert!(texts("   ").is_empty());
    }

    #[test]
    fn quotes_and_escapes() {
        assert_eq!(texts(r#"echo 'a "b' "c \"d\" \\ \n" e\ f"#), ["echo", "a \"b", "c \"d\" \\ \n", "e f"]);
        assert_eq!(texts(r#"a"b c"'d e'"#), ["ab cd e"]);
        assert_eq!(texts("echo ''"), ["echo", ""]);
        assert!(split("'--json'").unwrap()[0].quoted);
        assert!(!split("--json").unwrap()[0].quoted);
    }

    #[test]
    fn comments_only_at_the_start_of_a_word() {
        assert_eq!(texts("version # which one"), ["version"]);
        assert_eq!(texts("echo a#b"), ["echo", "a#b"]);
        assert!(texts("# nothing here 'open").is_empty());
    }

    #[test]
    fn errors_name_the_column() {
        assert_eq!(split("echo 'abc").unwrap_err(), SyntaxError::OpenQuote { quote: '\'', column: 6 });
        assert_eq!(split("echo \"abc\\").unwrap_err(), SyntaxError::OpenQuote { quote: '"', column: 6 });
        assert_eq!(split("echo x\\").unwrap_err(), SyntaxError::LoneBackslash { column: 7 });
    }

    #[test]
    fn starts_are_offsets_in_the_line() {
        let words = split("  ab 'c d'").unwrap();
        assert_eq!(words.iter().map(|w| w.start).collect::<Vec<_>>(), [2, 5]);
    }

    #[test]
    fn partial_word_under_the_cursor() {
        let p = partial("guest st").unwrap();
        assert_eq!((p.before.len(), p.current.as_str()), (1, "st"));
        let p = partial("guest ").unwrap();
        assert_eq!((p.before.len(), p.current.as_str()), (1, ""));
        assert_eq!(partial("").unwrap().current, "");
        assert!(partial("echo 'a").is_none());
        assert!(partial("echo a\\").is_none());
    }

    #[test]
    fn partial_in_a_comment_completes_nothing() {
        for line in ["# gue", "#", "guest # st", "guest # "] {
            assert!(partial(line).is_none(), "{line}");
        }
        assert_eq!(partial("a 'b c' d").unwrap().before, ["a", "b c"]);
    }

    #[test]
    fn any_input_is_split_or_refused() {
        // A small deterministic generator: no line may panic, and words never overlap.
        let alphabet: Vec<char> = " \t'\"\\#abé-=".chars().collect();
        let mut seed = 0x2545_f491_u32;
        for _ in 0..20_000 {
            let mut line = String::new();
            for _ in 0..(seed % 13) {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                line.push(alphabet[(seed >> 16) as usize % alphabet.len()]);
            }
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if let Ok(words) = split(&line) {
                assert!(words.windows(2).all(|w| w[0].start < w[1].start), "{line:?}");
            }
            let _ = partial(&line);
        }
    }
}
