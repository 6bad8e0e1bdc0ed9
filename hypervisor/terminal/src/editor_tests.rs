// SPDX-License-Identifier: GPL-2.0-only
//! The editor against a model terminal of one row: what the screen shows must be what the line holds.

use super::*;

const PROMPT: &str = "ferrovisor# ";

/// The part of a terminal that the editor uses: rows, CR, LF, BS, `ESC [ K`, `ESC [ n C`, `ESC [ H`, `ESC [ 2 J`.
#[derive(Default)]
struct Screen {
    rows: Vec<String>,
    row: Vec<u8>,
    column: usize,
    bells: usize,
}

impl Screen {
    fn feed(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'\r' => self.column = 0,
                b'\n' => {
                    self.rows.push(String::from_utf8(core::mem::take(&mut self.row)).unwrap());
                }
                0x08 => self.column = self.column.saturating_sub(1),
                BELL => self.bells += 1,
                0x1b => {
                    assert_eq!(bytes[at + 1], b'[');
                    let digits = bytes[at + 2..].iter().take_while(|b| b.is_ascii_digit()).count();
                    let n = std::str::from_utf8(&bytes[at + 2..at + 2 + digits])
                        .unwrap()
                        .parse()
                        .unwrap_or(0_usize);
                    at += 2 + digits;
                    match (bytes[at], n) {
                        (b'K', 0) => self.row.truncate(self.column),
                        (b'C', n) => self.column += n,
                        (b'H', 0) => self.column = 0,
                        (b'J', 2) => self.row.clear(),
                        other => panic!("the editor sent {other:?}"),
                    }
                }
                byte => {
                    if self.row.len() <= self.column {
                        self.row.resize(self.column + 1, b' ');
                    }
                    self.row[self.column] = byte;
                    self.column += 1;
                }
            }
            at += 1;
        }
    }
}

struct Bench {
    editor: Editor,
    screen: Screen,
    events: Vec<Event>,
}

impl Bench {
    fn new(columns: usize) -> Self {
        let mut bench =
            Self { editor: Editor::new(PROMPT, columns, 16), screen: Screen::default(), events: Vec::new() };
        bench.begin();
        bench
    }

    fn begin(&mut self) {
        let mut out = Vec::new();
        self.editor.start(&mut out);
        self.screen.feed(&out);
    }

    /// Types a batch, then checks the row on the screen against the line.
    fn batch(&mut self, bytes: &[u8]) {
        let mut out = Vec::new();
        for &b in bytes {
            match self.editor.input(b, &mut out) {
                Event::None => {}
                event => {
                    let ended = matches!(event, Event::Line(_) | Event::Cancel);
                    self.events.push(event);
                    if ended {
                        self.editor.start(&mut out);
                    }
                }
            }
        }
        self.editor.refresh(&mut out);
        self.screen.feed(&out);
        self.check();
    }

    fn check(&self) {
        let editor = &self.editor;
        let end = editor.line.len().min(editor.scroll + editor.width());
        let mut expected = PROMPT.as_bytes().to_vec();
        expected.extend(&editor.line[editor.scroll..end]);
        let shown = self.screen.row.iter().rev().skip_while(|&&b| b == b' ').count();
        let wanted = expected.iter().rev().skip_while(|&&b| b == b' ').count();
        assert_eq!(
            String::from_utf8_lossy(&self.screen.row[..shown]),
            String::from_utf8_lossy(&expected[..wanted]),
            "row"
        );
        assert_eq!(self.screen.column, PROMPT.len() + editor.cursor - editor.scroll, "cursor");
    }

    /// Types one key at a time, checking after each.
    fn slow(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.batch(&[*b]);
        }
    }

    fn lines(&self) -> Vec<String> {
        self.events
            .iter()
            .filter_map(|e| if let Event::Line(l) = e { Some(l.clone()) } else { None })
            .collect()
    }
}

fn line_of(bytes: &[u8]) -> String {
    let mut fast = Bench::new(80);
    fast.batch(bytes);
    let mut slow = Bench::new(80);
    slow.slow(bytes);
    assert_eq!(fast.editor.line, slow.editor.line, "a batch and single keys give the same line");
    String::from_utf8(fast.editor.line.clone()).unwrap()
}

#[test]
fn typing_at_the_end_sends_the_characters_alone() {
    let mut editor = Editor::new(PROMPT, 80, 16);
    let mut out = Vec::new();
    editor.start(&mut out);
    for b in b"guest list" {
        editor.input(*b, &mut out);
    }
    editor.refresh(&mut out);
    assert_eq!(out, b"ferrovisor# guest list");
    out.clear();
    editor.input(0x7f, &mut out);
    assert_eq!(out, b"\x08 \x08");
    assert_eq!(editor.input(b'\r', &mut out), Event::Line("guest lis".into()));
    assert_eq!(out, b"\x08 \x08\r\n");
}

#[test]
fn editing_keys() {
    assert_eq!(line_of(b"bc\x01a"), "abc", "Ctrl-A");
    assert_eq!(line_of(b"ab\x01\x05c"), "abc", "Ctrl-E");
    assert_eq!(line_of(b"abXX\x1b[D\x1b[D\x0b"), "ab", "Ctrl-K");
    assert_eq!(line_of(b"XXab\x1b[D\x1b[D\x15"), "ab", "Ctrl-U");
    assert_eq!(line_of(b"guest start linux0\x17"), "guest start ", "Ctrl-W");
    assert_eq!(line_of(b"guest start  \x17"), "guest ", "Ctrl-W over blanks");
    assert_eq!(line_of(b"one two\x17\x01\x19"), "twoone ", "Ctrl-Y");
    assert_eq!(line_of(b"abX\x1b[D\x1b[3~"), "ab", "Delete");
    assert_eq!(line_of(b"abX\x1b[D\x04"), "ab", "Ctrl-D");
    assert_eq!(line_of(b"ba\x14"), "ab", "Ctrl-T");
    assert_eq!(line_of(b"a c\x1bbb "), "a b c", "Alt-B");
    assert_eq!(line_of(b"a X c\x01\x1b[1;5C\x1bd"), "a c", "Ctrl-Right, Alt-D");
    assert_eq!(line_of(b"\x7f\x7f\x1b[3~\x17\x15\x0b\x1b[D\x1b[Ca"), "a", "keys on an empty line");
    assert_eq!(line_of(b"ab\x0cc"), "abc", "Ctrl-L");
}

#[test]
fn history_keys() {
    let mut b = Bench::new(80);
    b.slow(b"first\rsecond\rnow\x1b[A\x1b[A\x1b[A");
    assert_eq!(b.editor.line, b"first");
    assert_eq!(b.screen.bells, 1);
    b.slow(b"\x1b[B\x1b[B");
    assert_eq!(b.editor.line, b"now");
    b.slow(b"\x10\x10\r");
    assert_eq!(b.lines(), ["first", "second", "first"]);
}

#[test]
fn ctrl_c_drops_the_line() {
    let mut b = Bench::new(80);
    b.batch(b"rubbish\x03version\r");
    assert_eq!(b.events, [Event::Cancel, Event::Line("version".into())]);
    assert_eq!(b.screen.rows, ["ferrovisor# rubbish^C", "ferrovisor# version"]);
}

#[test]
fn a_pasted_kilobyte_arrives_whole() {
    let paste: String = (0..1024).map(|n| char::from(b'a' + (n % 26) as u8)).collect();
    for columns in [40, 80, 132] {
        let mut b = Bench::new(columns);
        for chunk in paste.as_bytes().chunks(16) {
            b.batch(chunk);
        }
        b.batch(b"\r");
        assert_eq!(b.lines(), std::slice::from_ref(&paste));
        assert_eq!(b.screen.rows, [format!("{PROMPT}{paste}")], "the whole line is in the log");
    }
}

#[test]
fn a_paste_of_lines_gives_each_line() {
    let mut b = Bench::new(80);
    b.batch(b"one\ntwo\r\nthree\r");
    assert_eq!(b.lines(), ["one", "two", "three"]);
}

#[test]
fn a_line_has_an_end() {
    let mut b = Bench::new(80);
    b.batch(&vec![b'x'; MAX_LINE + 100]);
    assert_eq!(b.editor.line.len(), MAX_LINE);
    assert_eq!(b.screen.bells, 100);
}

#[test]
fn the_screen_follows_any_keys() {
    // Seeded random keys, in batches of random length, on a narrow terminal so that lines scroll.
    let keys: [&[u8]; 20] = [
        b"a",
        b"bc",
        b" ",
        b"word word",
        b"\x7f",
        b"\x1b[D",
        b"\x1b[C",
        b"\x01",
        b"\x05",
        b"\x0b",
        b"\x15",
        b"\x17",
        b"\x19",
        b"\x1b[3~",
        b"\x1b[A",
        b"\x1b[B",
        b"\x1b[1;5D",
        b"\x1bf",
        b"\x14",
        b"\r",
    ];
    let mut seed = 7_u64;
    let mut random = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    };
    let mut b = Bench::new(40);
    for _ in 0..5_000 {
        let mut batch = Vec::new();
        for _ in 0..=random(6) {
            // Letters come more often than the keys that remove them.
            let key = if random(2) == 0 { random(4) } else { random(keys.len()) };
            batch.extend_from_slice(keys[key]);
        }
        b.batch(&batch);
    }
    assert!(b.lines().iter().any(|l| l.len() > 60), "long lines were edited");
}

#[test]
fn a_redrawn_prompt_never_follows_a_line_feed() {
    let mut editor = Editor::new(PROMPT, 40, 16);
    let mut out = b"\r\n".to_vec();
    editor.start(&mut out);
    for b in b"some text\x01more\x0b and a line that is far longer than the row" {
        editor.input(*b, &mut out);
        editor.refresh(&mut out);
    }
    editor.draw(&mut out);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.matches("\nferrovisor# ").count(), 1);
    assert!(text.matches("\rferrovisor# ").count() > 3);
}
