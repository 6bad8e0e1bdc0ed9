// SPDX-License-Identifier: GPL-2.0-only
//! What can go wrong with a command, said so that the next attempt works.

use alloc::string::{String, ToString};
use core::fmt;

use crate::parse::SyntaxError;

/// Why a command did not do what was asked. Printed as `error: COMMAND: ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The line cannot be split into words.
    Syntax(SyntaxError),
    /// There is no such command, subcommand, guest ...
    Unknown {
        /// What was looked for: `command`, `guest` ...
        what: &'static str,
        /// What was typed.
        found: String,
        /// What was meant, perhaps.
        suggestion: Option<String>,
        /// What there is, or where that is listed.
        expected: String,
    },
    /// An argument is missing.
    Missing {
        /// Its name.
        argument: String,
        /// How the command is used.
        usage: String,
    },
    /// One argument too many.
    Surplus {
        /// The first of them.
        found: String,
        /// How the command is used.
        usage: String,
    },
    /// An argument is not what the command takes.
    Argument {
        /// Its name.
        argument: String,
        /// What was typed.
        found: String,
        /// What would be right.
        expected: String,
    },
    /// The command was right, but it did not work out.
    Failed(String),
    /// Ctrl-C.
    Interrupted,
    /// The output could not be written.
    Output,
}

impl Error {
    /// A failure reported by another part.
    pub fn failed(reason: impl fmt::Display) -> Self {
        Self::Failed(reason.to_string())
    }

    /// A wrong argument.
    pub fn argument(name: impl Into<String>, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::Argument { argument: name.into(), found: found.into(), expected: expected.into() }
    }
}

impl From<fmt::Error> for Error {
    fn from(_: fmt::Error) -> Self {
        Self::Output
    }
}

impl From<SyntaxError> for Error {
    fn from(e: SyntaxError) -> Self {
        Self::Syntax(e)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(e) => e.fmt(f),
            Self::Unknown { what, found, suggestion, expected } => {
                write!(f, "unknown {what} '{found}'")?;
                match suggestion {
                    Some(s) => write!(f, ", did you mean '{s}'? ")?,
                    None => f.write_str("; ")?,
                }
                write!(f, "expected {expected}")
            }
            Self::Missing { argument, usage } => write!(f, "{argument}: found nothing, expected: {usage}"),
            Self::Surplus { found, usage } => {
                write!(f, "found '{found}' after the last argument, expected: {usage}")
            }
            Self::Argument { argument, found, expected } => {
                write!(f, "{argument}: found '{found}', expected {expected}")
            }
            Self::Failed(reason) => f.write_str(reason),
            Self::Interrupted => f.write_str("stopped by Ctrl-C"),
            Self::Output => f.write_str("the output could not be written"),
        }
    }
}

impl core::error::Error for Error {}

/// The one of `names` that `found` was probably meant to be: the closest within two edits, or the only one that begins
/// with it.
pub fn suggest<'a>(found: &str, names: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    let mut starting = names.clone().filter(|n| !found.is_empty() && n.starts_with(found));
    if let (Some(only), None) = (starting.next(), starting.next()) {
        return Some(String::from(only));
    }
    let limit = (found.chars().count() / 2).min(2);
    names
        .map(|n| (distance(found, n), n))
        .filter(|(d, _)| *d <= limit)
        .min_by_key(|(d, _)| *d)
        .map(|(_, n)| String::from(n))
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b` (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    const LONGEST: usize = 32;
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() > LONGEST || b.len() > LONGEST {
        return usize::MAX;
    }
    // costs[i][j]: from the first i bytes of a to the first j bytes of b.
    let mut costs = [[0_u8; LONGEST + 1]; LONGEST + 1];
    for (n, row) in costs.iter_mut().enumerate() {
        row[0] = n as u8;
    }
    for (n, cost) in costs[0].iter_mut().enumerate() {
        *cost = n as u8;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replaced = costs[i - 1][j - 1] + u8::from(a[i - 1] != b[j - 1]);
            let mut cost = replaced.min(costs[i - 1][j] + 1).min(costs[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(costs[i - 2][j - 2] + 1);
            }
            costs[i][j] = cost;
        }
    }
    usize::from(costs[a.len()][b.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, d) in
            [("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("gusets", "guests", 1), ("a", "a", 0)]
        {
            assert_eq!(distance(a, b), d, "{a} {b}");
        }
    }

    #[test]
    fn suggestions() {
        let names = ["guest", "help", "host", "heap", "poweroff"];
        let suggest = |found| suggest(found, names.iter().copied());
        assert_eq!(suggest("gusts").as_deref(), Some("guest"));
        assert_eq!(suggest("power").as_deref(), Some("poweroff"));
        assert_eq!(suggest("guset").as_deref(), Some("guest"));
        assert_eq!(suggest("xyzzy"), None);
        assert_eq!(suggest("h"), None, "three begin with it");
        assert_eq!(suggest(""), None);
        assert_eq!(suggest(&"x".repeat(5000)), None);
    }

    #[test]
    fn messages_say_what_was_found_and_expected() {
        let e = Error::Unknown {
            what: "command",
            found: "gest".into(),
            suggestion: Some("guest".into()),
            expected: "one of those listed by 'help'".into(),
        };
        assert_eq!(
            e.to_string(),
            "unknown command 'gest', did you mean 'guest'? expected one of those listed by 'help'"
        );
        let e = Error::argument("ADDRESS", "zz", "a number");
        assert_eq!(e.to_string(), "ADDRESS: found 'zz', expected a number");
    }
}
