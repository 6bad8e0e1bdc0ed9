// SPDX-License-Identifier: GPL-2.0-only
//! From the bytes of a serial line to keys.
//!
//! Understands what VT100 and its descendants send for cursor and editing keys (`ESC [ A`, `ESC O A`, `ESC [ 3 ~`,
//! `ESC [ 1 ; 5 C`, ECMA-48 section 5.4) and the control characters of ASCII. Sequences that mean nothing here, such
//! as an answer to a query that some other program sent, are swallowed whole. Nothing waits for a next byte: a lone
//! ESC has its effect on the byte after it and none by itself.

/// A key, as the line editor sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A printable ASCII character.
    Char(u8),
    /// A control character that has no name below, as its letter in lower case.
    Ctrl(u8),
    /// CR, LF, or CR LF (once).
    Enter,
    /// Tab.
    Tab,
    /// BS or DEL: delete to the left.
    Backspace,
    /// Delete under the cursor.
    Delete,
    /// Cursor left.
    Left,
    /// Cursor right.
    Right,
    /// Cursor up.
    Up,
    /// Cursor down.
    Down,
    /// Start of line.
    Home,
    /// End of line.
    End,
    /// One word to the left (Ctrl-Left, Alt-B).
    WordLeft,
    /// One word to the right (Ctrl-Right, Alt-F).
    WordRight,
    /// Delete the word to the right (Alt-D).
    DeleteWord,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    /// In `ESC [`: the first and the last parameter so far.
    Csi(u16, u16),
    /// After `ESC O`.
    Ss3,
}

/// The decoder: bytes in, keys out.
#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
    after_cr: bool,
}

impl Decoder {
    /// Takes one byte; the key that it completes, if any.
    pub fn push(&mut self, byte: u8) -> Option<Key> {
        let after_cr = core::mem::take(&mut self.after_cr);
        if byte < 0x20 && self.state != State::Ground {
            // A control character ends any sequence: line noise must not eat the Enter or Ctrl-C after it.
            self.state = State::Ground;
        }
        match self.state {
            State::Ground => self.ground(byte, after_cr),
            State::Escape => self.escape(byte),
            State::Csi(first, last) => self.csi(byte, first, last),
            State::Ss3 => {
                self.state = State::Ground;
                cursor_key(byte, 0)
            }
        }
    }

    fn ground(&mut self, byte: u8, after_cr: bool) -> Option<Key> {
        match byte {
            b'\r' => {
                self.after_cr = true;
                Some(Key::Enter)
            }
            b'\n' => (!after_cr).then_some(Key::Enter),
            b'\t' => Some(Key::Tab),
            0x08 | 0x7f => Some(Key::Backspace),
            0x1b => {
                self.state = State::Escape;
                None
            }
            0 => None,
            0x01..=0x1a => Some(Key::Ctrl(byte + b'a' - 1)),
            0x1c..=0x1f => Some(Key::Ctrl(byte + b'\\' - 0x1c)),
            0x20..=0x7e => Some(Key::Char(byte)),
            _ => None,
        }
    }

    fn escape(&mut self, byte: u8) -> Option<Key> {
        self.state = match byte {
            b'[' => State::Csi(0, 0),
            b'O' => State::Ss3,
            _ => State::Ground,
        };
        match byte {
            b'b' => Some(Key::WordLeft),
            b'f' => Some(Key::WordRight),
            b'd' => Some(Key::DeleteWord),
            0x7f => Some(Key::Ctrl(b'w')),
            _ => None,
        }
    }

    fn csi(&mut self, byte: u8, first: u16, last: u16) -> Option<Key> {
        match byte {
            b'0'..=b'9' => {
                let last = last.saturating_mul(10).saturating_add(u16::from(byte - b'0'));
                self.state = State::Csi(first, last);
                None
            }
            b';' => {
                self.state = State::Csi(if first == 0 { last } else { first }, 0);
                None
            }
            // Private markers and intermediate characters belong to sequences that mean nothing here.
            0x20..=0x3f => None,
            b'~' => {
                self.state = State::Ground;
                match if first == 0 { last } else { first } {
                    1 | 7 => Some(Key::Home),
                    3 => Some(Key::Delete),
                    4 | 8 => Some(Key::End),
                    _ => None,
                }
            }
            _ => {
                self.state = State::Ground;
                cursor_key(byte, last)
            }
        }
    }
}

/// The final character of a cursor key sequence; modifier 5 is Ctrl, 3 is Alt.
fn cursor_key(byte: u8, modifier: u16) -> Option<Key> {
    match (byte, modifier) {
        (b'C', 3 | 5) => Some(Key::WordRight),
        (b'D', 3 | 5) => Some(Key::WordLeft),
        (b'A', _) => Some(Key::Up),
        (b'B', _) => Some(Key::Down),
        (b'C', _) => Some(Key::Right),
        (b'D', _) => Some(Key::Left),
        (b'H', 0..=9) => Some(Key::Home),
        (b'F', _) => Some(Key::End),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut decoder = Decoder::default();
        bytes.iter().filter_map(|&b| decoder.push(b)).collect()
    }

    #[test]
    fn cursor_keys_in_both_dialects() {
        assert_eq!(keys(b"\x1b[A\x1b[B\x1b[C\x1b[D"), [Key::Up, Key::Down, Key::Right, Key::Left]);
        assert_eq!(keys(b"\x1bOA\x1bOD\x1bOH\x1bOF"), [Key::Up, Key::Left, Key::Home, Key::End]);
        assert_eq!(keys(b"\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~\x1b[3~").len(), 7);
        assert_eq!(
            keys(b"\x1b[1;5C\x1b[1;5D\x1bb\x1bf"),
            [Key::WordRight, Key::WordLeft, Key::WordLeft, Key::WordRight]
        );
    }

    #[test]
    fn unknown_sequences_are_swallowed_whole() {
        assert_eq!(keys(b"\x1b[24;80Rx"), [Key::Char(b'x')]);
        assert_eq!(keys(b"\x1b[?62;1;4cx"), [Key::Char(b'x')]);
        assert_eq!(keys(b"\x1b[5~\x1b[99999999~x"), [Key::Char(b'x')]);
    }

    #[test]
    fn a_control_character_ends_a_broken_sequence() {
        assert_eq!(keys(b"\x1b[12\r"), [Key::Enter]);
        assert_eq!(keys(b"\x1b\x03"), [Key::Ctrl(b'c')]);
        assert_eq!(keys(b"\x1b\x1b[A"), [Key::Up]);
    }

    #[test]
    fn enter_in_three_spellings() {
        assert_eq!(keys(b"\r\n\n\r\r\n"), [Key::Enter; 4]);
    }

    #[test]
    fn bytes_beyond_ascii_are_no_keys() {
        assert_eq!(keys("aéb\0".as_bytes()), [Key::Char(b'a'), Key::Char(b'b')]);
        assert_eq!(keys(&[0x1d]), [Key::Ctrl(b']')]);
    }
}
