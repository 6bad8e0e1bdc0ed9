// SPDX-License-Identifier: GPL-2.0-only
//! What is wrong with a guest's DTS: all problems of a file at once, each with node, property, found and expected.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// Most problems of one file that are kept; the rest is counted.
pub const MAX_PROBLEMS: usize = 24;

/// Longest text taken over from the input into a message, in bytes.
const MAX_QUOTE: usize = 64;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Path of the node in the guest's DTS; empty if the file as a whole is meant.
    pub node: String,
    /// Name of the property; empty if the node as a whole is meant.
    pub property: String,
    /// What was found.
    pub found: String,
    /// What was expected, and what to do.
    pub expected: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.node.is_empty() {
            write!(f, "{}: ", self.node)?;
        }
        if !self.property.is_empty() {
            write!(f, "property '{}': ", self.property)?;
        }
        write!(f, "found {}, expected {}", self.found, self.expected)
    }
}

/// Why a guest's DTS cannot be used: one or more problems. `Display` writes one line for each, without a newline at
/// the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Name of the guest.
    pub guest: String,
    /// The problems in the order in which they were found; at least one, at most [`MAX_PROBLEMS`].
    pub problems: Vec<Problem>,
    /// How many further problems there were.
    pub more: usize,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "guest {}: {}", self.guest, problem)?;
        }
        if self.more > 0 {
            write!(f, "\nguest {}: and {} more", self.guest, self.more)?;
        }
        Ok(())
    }
}

impl core::error::Error for ConfigError {}

/// Collects problems while a file is read.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
    more: usize,
}

impl Problems {
    /// Notes a problem.
    #[inline]
    pub(crate) fn add(
        &mut self,
        node: &str,
        property: &str,
        found: impl fmt::Display,
        expected: impl fmt::Display,
    ) {
        self.note(node, property, &found, &expected);
    }

    /// As [`Self::add`], once for all types: messages are a good part of this crate's size.
    #[cold]
    #[inline(never)]
    fn note(&mut self, node: &str, property: &str, found: &dyn fmt::Display, expected: &dyn fmt::Display) {
        if self.list.len() >= MAX_PROBLEMS {
            self.more += 1;
            return;
        }
        self.list.push(Problem {
            node: node.to_string(),
            property: property.to_string(),
            found: found.to_string(),
            expected: expected.to_string(),
        });
    }

    /// How many problems there are so far.
    pub(crate) fn count(&self) -> usize {
        self.list.len() + self.more
    }

    /// `Ok(value)` if nothing was wrong, else all that was.
    pub(crate) fn finish<T>(self, guest: &str, value: Option<T>) -> Result<T, ConfigError> {
        match value {
            Some(value) if self.list.is_empty() => Ok(value),
            _ => Err(ConfigError { guest: guest.to_string(), problems: self.list, more: self.more }),
        }
    }
}

/// Text from the input, cut to a length fit for a message, in single quotes, without control characters.
pub(crate) struct Quote<'a>(pub(crate) &'a str);

impl fmt::Display for Quote<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("'")?;
        for (index, c) in self.0.char_indices() {
            if index >= MAX_QUOTE {
                f.write_str("...")?;
                break;
            }
            write!(f, "{}", if c.is_control() { '?' } else { c })?;
        }
        f.write_str("'")
    }
}

/// The entry of `known` that `word` was likely meant to be: within two edits, and nearer than its own length.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (distance(word.as_bytes(), candidate.as_bytes()), candidate))
        .filter(|&(edits, candidate)| edits <= 2 && edits < candidate.len() && edits < word.len())
        .min_by_key(|&(edits, _)| edits)
        .map(|(_, candidate)| candidate)
}

/// "one of a, b, c", with "(did you mean b?)" where one of them is near to `word`.
pub(crate) fn one_of(word: &str, known: &[&str]) -> String {
    let mut text = String::new();
    match known {
        [] => text.push_str("none here"),
        [only] => text.push_str(&alloc::format!("'{only}'")),
        _ => {
            text.push_str("one of ");
            text.push_str(&known.join(", "));
        }
    }
    if let Some(near) = nearest(word, known.iter().copied()) {
        text.push_str(&alloc::format!(" (did you mean '{near}'?)"));
    }
    text
}

/// Number of single-byte insertions, deletions and replacements from `a` to `b` (Levenshtein). Words of more than 64
/// bytes count as unlike anything.
fn distance(a: &[u8], b: &[u8]) -> usize {
    const LONGEST: usize = 64;
    if a.len() > LONGEST || b.len() > LONGEST {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b) {
            let best = (diagonal + usize::from(x != y)).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = best;
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance(b"kitten", b"sitting"), 3);
        assert_eq!(distance(b"", b"abc"), 3);
        assert_eq!(distance(b"abc", b"abc"), 0);
        assert_eq!(distance(b"priority", b"prioritty"), 1);
    }

    #[test]
    fn suggestions() {
        assert_eq!(nearest("bootarg", ["bootargs", "stdout-path"]), Some("bootargs"));
        assert_eq!(nearest("zzz", ["bootargs", "file"]), None);
        assert_eq!(
            one_of("fil", &["file", "load-address"]),
            "one of file, load-address (did you mean 'file'?)"
        );
    }

    #[test]
    fn problems_are_capped() {
        let mut problems = Problems::default();
        for _ in 0..MAX_PROBLEMS + 3 {
            problems.add("/a", "p", 1, 2);
        }
        assert_eq!(problems.count(), MAX_PROBLEMS + 3);
        let error = problems.finish("g", Some(())).unwrap_err();
        assert_eq!(error.more, 3);
        let text = error.to_string();
        assert!(text.starts_with("guest g: /a: property 'p': found 1, expected 2\n"));
        assert!(text.ends_with("guest g: and 3 more"));
    }

    #[test]
    fn quotes_are_tame() {
        assert_eq!(Quote("a\nb").to_string(), "'a?b'");
        assert!(Quote(&"x".repeat(500)).to_string().len() < 80);
    }
}
