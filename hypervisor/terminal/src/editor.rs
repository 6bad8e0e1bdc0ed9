// SPDX-License-Identifier: GPL-2.0-only
//! The line editor.
//!
//! Why not a crate: of the no_std editors, noline 0.5 asks the terminal for its size and cursor position and waits for
//! the answers, has no completion, and would need a second copy of its buffers for it; embedded-cli 0.2 completes
//! command names only and knows neither the control keys nor a cursor in the middle of a pasted line; editline 0.0.23
//! has no completion. None can redraw its line after output from elsewhere. What is needed besides the key decoder and
//! the history is this file.
//!
//! The editor never queries the terminal. It assumes a width (an option; 80 by default) and scrolls a longer line
//! sideways within one row, so a redraw needs nothing but CR, printable characters, `ESC [ K` and `ESC [ n C`. Typing
//! and deleting at the end of a line needs no escape sequence at all: that works on a device that only prints.
//!
//! A *fresh* prompt always follows a line feed, a redrawn one always a carriage return: a script that waits for
//! `"\nferrovisor# "` sees each prompt once.

use alloc::string::String;
use alloc::vec::Vec;

use crate::history::History;
use crate::keys::{Decoder, Key};

/// The longest line in bytes; characters beyond it are refused with a bell.
pub const MAX_LINE: usize = 4096;

const BELL: u8 = 0x07;

/// What an input byte led to, besides changes of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Nothing to do.
    None,
    /// Enter: the finished line. The cursor stands at the start of a new row.
    Line(String),
    /// Ctrl-C: the line was dropped. The cursor stands at the start of a new row.
    Cancel,
    /// Tab: the caller looks for candidates and calls [`Editor::insert`] or lists them.
    Complete,
}

/// A line being edited.
#[derive(Debug)]
pub struct Editor {
    prompt: &'static str,
    columns: usize,
    decoder: Decoder,
    history: History,
    line: Vec<u8>,
    cursor: usize,
    /// First byte of the line that is shown.
    scroll: usize,
    /// The screen no longer shows the line: [`Editor::refresh`] is due.
    dirty: bool,
    killed: Vec<u8>,
}

impl Editor {
    /// An editor for a terminal that is `columns` wide (at least 20 beyond the prompt are used) which remembers
    /// `history` lines.
    pub fn new(prompt: &'static str, columns: usize, history: usize) -> Self {
        Self {
            prompt,
            columns: columns.max(prompt.len() + 20),
            decoder: Decoder::default(),
            history: History::new(history),
            line: Vec::new(),
            cursor: 0,
            scroll: 0,
            dirty: false,
            killed: Vec::new(),
        }
    }

    /// The lines typed before.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    /// The text left of the cursor.
    pub fn left(&self) -> String {
        self.line.iter().take(self.cursor).map(|&b| char::from(b)).collect()
    }

    /// Starts an empty line: a fresh prompt. The cursor has to stand at the start of a row.
    pub fn start(&mut self, out: &mut Vec<u8>) {
        self.line.clear();
        self.cursor = 0;
        self.scroll = 0;
        self.dirty = false;
        self.history.rewind();
        out.extend_from_slice(self.prompt.as_bytes());
    }

    /// Takes one byte from the terminal; what the screen needs goes to `out` at once or by [`Editor::refresh`], which
    /// the caller calls when it has no more bytes at hand.
    pub fn input(&mut self, byte: u8, out: &mut Vec<u8>) -> Event {
        match self.decoder.push(byte) {
            Some(key) => self.key(key, out),
            None => Event::None,
        }
    }

    fn key(&mut self, key: Key, out: &mut Vec<u8>) -> Event {
        match key {
            Key::Char(c) => self.insert(&[c], out),
            Key::Enter => return self.finish(out),
            Key::Tab => return Event::Complete,
            Key::Ctrl(b'c') => {
                self.refresh(out);
                out.extend_from_slice(b"^C\r\n");
                self.line.clear();
                self.cursor = 0;
                return Event::Cancel;
            }
            Key::Ctrl(b'l') => {
                out.extend_from_slice(b"\x1b[H\x1b[2J");
                self.dirty = true;
            }
            Key::Backspace | Key::Ctrl(b'h') => self.backspace(out),
            Key::Delete | Key::Ctrl(b'd') => self.remove(self.cursor, self.cursor + 1, false),
            Key::Left | Key::Ctrl(b'b') => self.go(self.cursor.saturating_sub(1)),
            Key::Right | Key::Ctrl(b'f') => self.go(self.cursor + 1),
            Key::Home | Key::Ctrl(b'a') => self.go(0),
            Key::End | Key::Ctrl(b'e') => self.go(self.line.len()),
            Key::WordLeft => self.go(self.word_left()),
            Key::WordRight => self.go(self.word_right()),
            Key::Ctrl(b'k') => self.remove(self.cursor, self.line.len(), true),
            Key::Ctrl(b'u') => self.remove(0, self.cursor, true),
            Key::Ctrl(b'w') => self.remove(self.word_left(), self.cursor, true),
            Key::DeleteWord => self.remove(self.cursor, self.word_right(), true),
            Key::Ctrl(b'y') => {
                let text = self.killed.clone();
                self.insert(&text, out);
            }
            Key::Ctrl(b't') => self.transpose(),
            Key::Up | Key::Ctrl(b'p') => {
                let line = self.history.older(&self.line).map(Vec::from);
                self.replace(line, out);
            }
            Key::Down | Key::Ctrl(b'n') => {
                let line = self.history.newer().map(Vec::from);
                self.replace(line, out);
            }
            Key::Ctrl(_) => out.push(BELL),
        }
        Event::None
    }

    /// Inserts text at the cursor. Other than printable ASCII is left out.
    pub fn insert(&mut self, text: &[u8], out: &mut Vec<u8>) {
        for &byte in text.iter().filter(|b| (0x20..0x7f).contains(*b)) {
            if self.line.len() >= MAX_LINE {
                out.push(BELL);
                return;
            }
            let at_end = self.cursor == self.line.len();
            self.line.insert(self.cursor, byte);
            self.cursor += 1;
            if at_end && !self.dirty && self.fits() {
                out.push(byte);
            } else {
                self.dirty = true;
            }
        }
    }

    /// Makes the screen show the line. Cheap when it does already.
    pub fn refresh(&mut self, out: &mut Vec<u8>) {
        if self.dirty {
            self.draw(out);
        }
    }

    /// Draws prompt, line and cursor over whatever the current row holds.
    pub fn draw(&mut self, out: &mut Vec<u8>) {
        self.dirty = false;
        let width = self.width();
        if self.line.len() <= width {
            self.scroll = 0;
        } else if self.cursor < self.scroll {
            self.scroll = self.cursor.saturating_sub(width / 4);
        } else if self.cursor > self.scroll + width {
            // A quarter further than needed, so that typing on does not redraw the row each time.
            self.scroll = (self.cursor - width + width / 4).min(self.line.len() - width);
        }
        let shown = self.line.iter().skip(self.scroll).take(width);
        let behind = shown.len() - (self.cursor - self.scroll).min(shown.len());
        out.push(b'\r');
        out.extend_from_slice(self.prompt.as_bytes());
        out.extend(shown);
        out.extend_from_slice(b"\x1b[K");
        if behind > 0 {
            out.push(b'\r');
            push_forward(out, self.prompt.len() + self.cursor - self.scroll);
        }
    }

    /// Characters of the line that fit beside the prompt; the last column stays free, terminals differ on it.
    fn width(&self) -> usize {
        self.columns - self.prompt.len() - 1
    }

    fn fits(&self) -> bool {
        self.cursor - self.scroll <= self.width()
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Event {
        if self.line.len() > self.width() {
            // A line that was scrolled is shown whole before it runs, for whoever reads the log.
            out.push(b'\r');
            out.extend_from_slice(self.prompt.as_bytes());
            out.extend_from_slice(&self.line);
            out.extend_from_slice(b"\x1b[K");
        } else {
            self.refresh(out);
        }
        out.extend_from_slice(b"\r\n");
        let line: String = self.line.iter().map(|&b| char::from(b)).collect();
        self.history.add(&line);
        self.line.clear();
        self.cursor = 0;
        self.dirty = false;
        Event::Line(line)
    }

    fn backspace(&mut self, out: &mut Vec<u8>) {
        if self.cursor == 0 {
            return;
        }
        if self.cursor == self.line.len() && !self.dirty && self.cursor - self.scroll > 1 {
            self.line.pop();
            self.cursor -= 1;
            out.extend_from_slice(b"\x08 \x08");
        } else {
            self.remove(self.cursor - 1, self.cursor, false);
        }
    }

    /// Removes `from..to`, as far as the line reaches; `keep` puts it where Ctrl-Y finds it.
    fn remove(&mut self, from: usize, to: usize, keep: bool) {
        let to = to.min(self.line.len());
        if from >= to {
            return;
        }
        let removed = self.line.drain(from..to);
        if keep {
            self.killed = removed.collect();
        } else {
            drop(removed);
        }
        self.cursor = from;
        self.dirty = true;
    }

    fn go(&mut self, to: usize) {
        let to = to.min(self.line.len());
        self.dirty |= to != self.cursor;
        self.cursor = to;
    }

    fn transpose(&mut self) {
        if self.cursor == 0 || self.line.len() < 2 {
            return;
        }
        let at = self.cursor.min(self.line.len() - 1);
        self.line.swap(at - 1, at);
        self.cursor = at + 1;
        self.dirty = true;
    }

    fn replace(&mut self, line: Option<Vec<u8>>, out: &mut Vec<u8>) {
        match line {
            Some(line) => {
                self.cursor = line.len();
                self.line = line;
                self.dirty = true;
            }
            None => out.push(BELL),
        }
    }

    fn word_left(&self) -> usize {
        let left = self.line.get(..self.cursor).unwrap_or_default();
        let word_end = left.iter().rposition(|&b| b != b' ').map_or(0, |at| at + 1);
        let before = left.get(..word_end).unwrap_or_default();
        before.iter().rposition(|&b| b == b' ').map_or(0, |at| at + 1)
    }

    fn word_right(&self) -> usize {
        let right = self.line.get(self.cursor..).unwrap_or_default();
        let blanks = right.iter().take_while(|&&b| b == b' ').count();
        let word = right.iter().skip(blanks).take_while(|&&b| b != b' ').count();
        self.cursor + blanks + word
    }
}

/// `ESC [ n C`: the cursor `n` columns to the right.
fn push_forward(out: &mut Vec<u8>, n: usize) {
    out.extend_from_slice(b"\x1b[");
    let mut digits = [0_u8; 20];
    let mut rest = n;
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    out.extend(digits.iter().skip(digits.len() - used));
    out.push(b'C');
}

#[cfg(test)]
#[path = "editor_tests.rs"]
mod tests;
