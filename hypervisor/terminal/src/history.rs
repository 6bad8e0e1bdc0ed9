// SPDX-License-Identifier: GPL-2.0-only
//! The lines typed before, and a walk through them that does not lose the line being typed.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

/// A bounded list of lines, newest last, and the place of the current walk.
#[derive(Debug)]
pub struct History {
    lines: VecDeque<String>,
    /// Lines that are kept.
    most: usize,
    /// How many lines back the walk stands: 0 is the line being typed.
    back: usize,
    /// The line being typed, kept while the walk is under way.
    stash: Vec<u8>,
}

impl History {
    /// An empty history that keeps the last `most` lines.
    pub fn new(most: usize) -> Self {
        Self { lines: VecDeque::with_capacity(most), most, back: 0, stash: Vec::new() }
    }

    /// Adds a line, unless it is blank or the same as the newest one. Ends a walk.
    pub fn add(&mut self, line: &str) {
        self.rewind();
        if self.most == 0 || line.trim().is_empty() || self.lines.back().is_some_and(|last| last == line) {
            return;
        }
        if self.lines.len() >= self.most {
            self.lines.pop_front();
        }
        self.lines.push_back(String::from(line));
    }

    /// One line back; `None` at the oldest. `typed` is what the line holds now.
    pub fn older(&mut self, typed: &[u8]) -> Option<&[u8]> {
        let line = self.lines.len().checked_sub(self.back + 1)?;
        if self.back == 0 {
            self.stash.clear();
            self.stash.extend_from_slice(typed);
        }
        self.back += 1;
        self.lines.get(line).map(|l| l.as_bytes())
    }

    /// One line forward; after the newest comes what was typed before the walk. `None` without a walk.
    pub fn newer(&mut self) -> Option<&[u8]> {
        self.back = self.back.checked_sub(1)?;
        if self.back == 0 {
            return Some(&self.stash);
        }
        let line = self.lines.len().checked_sub(self.back)?;
        self.lines.get(line).map(|l| l.as_bytes())
    }

    /// Ends a walk.
    pub fn rewind(&mut self) {
        self.back = 0;
        self.stash.clear();
    }

    /// The remembered lines, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_back_and_forth_and_gives_the_typed_line_back() {
        let mut h = History::new(8);
        h.add("one");
        h.add("two");
        assert_eq!(h.older(b"typed"), Some(&b"two"[..]));
        assert_eq!(h.older(b"two"), Some(&b"one"[..]));
        assert_eq!(h.older(b"one"), None);
        assert_eq!(h.newer(), Some(&b"two"[..]));
        assert_eq!(h.newer(), Some(&b"typed"[..]));
        assert_eq!(h.newer(), None);
    }

    #[test]
    fn blanks_and_repetitions_are_not_kept() {
        let mut h = History::new(8);
        for line in ["a", "a", "", "  ", "b", "a"] {
            h.add(line);
        }
        assert_eq!(h.lines().collect::<Vec<_>>(), ["a", "b", "a"]);
    }

    #[test]
    fn the_oldest_lines_go_first() {
        let mut h = History::new(8);
        for n in 0..20 {
            h.add(&format!("line {n}"));
        }
        assert_eq!(h.lines().count(), 8);
        assert_eq!(h.lines().next(), Some("line 12"));
        let mut steps = 0;
        while h.older(b"").is_some() {
            steps += 1;
        }
        assert_eq!(steps, 8);
        let mut none = History::new(0);
        none.add("line");
        assert_eq!(none.older(b""), None);
    }
}
