// SPDX-License-Identifier: GPL-2.0-only
//! The session: what happens to each byte that comes from the host console.
//!
//! It is in one of two modes. At the prompt, bytes edit a line and a finished line runs a command. Attached, bytes go
//! to a guest's serial port, but for the one key that leads back to the prompt; what the guest's UART does not take is
//! kept and offered again. The session itself neither sleeps nor knows the hardware: that is the [`Host`]'s part, and
//! the tests' host is a pair of buffers.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::Config;
use crate::command::{self, Command, Shell};
use crate::complete::{Names, complete};
use crate::editor::{Editor, Event};
use crate::parse;
use crate::value::clean;

/// The prompt. Scripts wait for it at the start of a line.
pub const PROMPT: &str = "ferrovisor# ";

/// Bytes kept for a guest that does not read. Beyond them only the way back is heeded.
const KEPT: usize = 4096;

/// What the session needs of the machine.
pub trait Host: Names {
    /// The next byte from the console, if there is one.
    fn read(&mut self) -> Option<u8>;
    /// Bytes for the console, in one piece: output from elsewhere comes before or after them. `row` is the row that
    /// the user edits from then on: output from elsewhere wipes it first and writes `row` after itself. With an empty
    /// `row` the cursor stands at the start of a free row.
    fn write(&mut self, bytes: &[u8], row: &[u8]);
    /// Time since boot in nanoseconds.
    fn now_ns(&self) -> u64;
    /// Sleeps for some time, shorter if console input comes.
    fn sleep_ns(&mut self, ns: u64);
    /// Attaches the console to the serial port of this name; its full name.
    ///
    /// # Errors
    /// A sentence that says why not.
    fn attach(&mut self, port: &str) -> Result<String, String>;
    /// Detaches the console.
    fn detach(&mut self);
    /// Input for the attached port: how many bytes it took. `None`: the port was closed.
    fn input(&mut self, bytes: &[u8]) -> Option<usize>;
    /// Whether the console is gone for good: nobody reads what a command would say.
    fn is_gone(&self) -> bool {
        false
    }
}

/// A session on one console.
pub struct Session<H: Host> {
    host: H,
    table: &'static [Command],
    editor: Editor,
    escape: u8,
    /// The port that the console is attached to.
    attached: Option<String>,
    /// The port it was attached to last.
    last: Option<String>,
    /// Input that the guest has not taken yet.
    kept: VecDeque<u8>,
    /// Bytes that came while `kept` was full.
    lost: u64,
    /// Bytes that came while a command was running.
    typed: VecDeque<u8>,
    interrupted: bool,
}

impl<H: Host> Session<H> {
    /// A session as `config` wants it.
    pub fn new(host: H, table: &'static [Command], config: &Config) -> Self {
        Self {
            host,
            table,
            editor: Editor::new(PROMPT, config.columns, config.history),
            escape: config.escape,
            attached: None,
            last: None,
            kept: VecDeque::new(),
            lost: 0,
            typed: VecDeque::new(),
            interrupted: false,
        }
    }

    /// The machine of this session.
    pub fn host(&mut self) -> &mut H {
        &mut self.host
    }

    /// Shows the first prompt, with a line that says what to type.
    pub fn start(&mut self, banner: &str) {
        self.host.write(format!("\r\n{banner}\r\n").as_bytes(), &[]);
        self.prompt();
    }

    /// Handles all input there is. Returns in how many nanoseconds it wants to be called again even if none comes;
    /// `None`: not before some comes.
    pub fn step(&mut self) -> Option<u64> {
        let mut out = Vec::new();
        while let Some(byte) = self.typed.pop_front().or_else(|| self.host.read()) {
            if self.attached.is_some() {
                self.guest_byte(byte);
            } else {
                self.prompt_byte(byte, &mut out);
            }
        }
        if self.attached.is_none() {
            self.editor.refresh(&mut out);
            self.flush(&mut out);
            return None;
        }
        self.offer()
    }

    /// One byte at the prompt. What the screen needs is collected in `out` until there is no more input.
    fn prompt_byte(&mut self, byte: u8, out: &mut Vec<u8>) {
        if byte == self.escape && self.editor.is_empty() {
            self.flush(out);
            self.switch();
            return;
        }
        match self.editor.input(byte, out) {
            Event::None => {}
            Event::Complete => {
                self.editor.refresh(out);
                self.complete(out);
            }
            Event::Cancel => {
                self.host.write(out, &[]);
                out.clear();
                self.prompt();
            }
            Event::Line(line) => {
                self.host.write(out, &[]);
                out.clear();
                self.run(&line);
            }
        }
    }

    /// Writes what was collected, and has the row kept as it is now.
    fn flush(&mut self, out: &mut Vec<u8>) {
        if out.is_empty() {
            return;
        }
        let mut row = Vec::new();
        self.editor.draw(&mut row);
        self.host.write(out, &row);
        out.clear();
    }

    /// A fresh prompt; the cursor stands at the start of a row.
    fn prompt(&mut self) {
        let mut out = Vec::new();
        self.editor.start(&mut out);
        self.flush(&mut out);
    }

    fn complete(&mut self, out: &mut Vec<u8>) {
        let Some(partial) = parse::partial(&self.editor.left()) else { return out.push(0x07) };
        let found = complete(self.table, &self.host, &partial);
        if !found.insert.is_empty() {
            self.editor.insert(found.insert.as_bytes(), out);
        } else if found.candidates.is_empty() {
            out.push(0x07);
        } else {
            out.extend_from_slice(b"\r\n");
            for name in &found.candidates {
                out.extend_from_slice(clean(name).as_bytes());
                out.extend_from_slice(b"  ");
            }
            out.extend_from_slice(b"\r\n");
            self.editor.draw(out);
        }
    }

    /// Runs a line and shows the next prompt, or the guest's console if that is what the line asked for.
    fn run(&mut self, line: &str) {
        self.interrupted = false;
        let table = self.table;
        let mut running = Running { session: self, attach: None, row: String::new() };
        run_line(table, line, &mut running);
        let attach = running.finish();
        match attach {
            Some(port) => self.attach(&port),
            None => self.prompt(),
        }
    }

    /// The key that switches, at the prompt: to the console last seen, or to the only one there is.
    fn switch(&mut self) {
        let ports = self.host.ports();
        let last = self.last.clone().filter(|p| ports.contains(p));
        let port = match (last, ports.as_slice()) {
            (Some(port), _) => port,
            (None, [only]) => only.clone(),
            (None, []) => return self.notice("no guest has a console: 'guest list' shows the guests"),
            (None, _) => {
                return self.notice("several guests have a console: 'console GUEST' goes to one of them");
            }
        };
        self.host.write(b"\r\n", &[]);
        self.attach(&port);
    }

    /// A line of text in place of the empty prompt, and a fresh prompt below it.
    fn notice(&mut self, text: &str) {
        self.host.write(format!("\r\n{text}\r\n").as_bytes(), &[]);
        self.prompt();
    }

    fn attach(&mut self, port: &str) {
        let hint =
            format!("[console of {}, {} goes back to the prompt]\r\n", clean(port), key_name(self.escape));
        self.host.write(hint.as_bytes(), &[]);
        match self.host.attach(port) {
            Ok(name) => {
                self.last = Some(name.clone());
                self.attached = Some(name);
                self.kept.clear();
                self.lost = 0;
            }
            Err(reason) => {
                self.host.write(format!("error: console: {reason}\r\n").as_bytes(), &[]);
                self.prompt();
            }
        }
    }

    /// Back to the prompt.
    fn leave(&mut self) {
        self.host.detach();
        self.attached = None;
        let lost = if self.lost > 0 {
            format!(" ({} bytes typed were not taken)", self.lost)
        } else {
            String::new()
        };
        self.host.write(format!("\r\n[management terminal]{lost}\r\n").as_bytes(), &[]);
        self.prompt();
    }

    /// One byte while attached.
    fn guest_byte(&mut self, byte: u8) {
        if byte == self.escape {
            let _ = self.offer();
            if self.attached.is_some() {
                self.leave();
            }
        } else if self.kept.len() < KEPT {
            self.kept.push_back(byte);
        } else {
            self.lost += 1;
        }
    }

    /// Offers the guest what it has not taken yet. When to look again.
    fn offer(&mut self) -> Option<u64> {
        loop {
            let bytes = self.kept.make_contiguous();
            let Some(taken) = self.host.input(bytes) else {
                // The multiplexer has said that the console was closed.
                self.attached = None;
                self.prompt();
                return None;
            };
            let taken = taken.min(self.kept.len());
            self.kept.drain(..taken);
            if self.kept.is_empty() {
                return Some(CLOSED_POLL_NS);
            }
            if taken == 0 {
                return Some(RETRY_NS);
            }
        }
    }
}

/// While input is kept for a guest: how long until it is offered again.
const RETRY_NS: u64 = 2_000_000;
/// While attached: how long until a closed console is noticed.
const CLOSED_POLL_NS: u64 = 250_000_000;

/// The name of a control character's key.
fn key_name(byte: u8) -> String {
    match byte {
        0x01..=0x1f => format!("Ctrl-{}", char::from(byte + b'@')),
        _ => format!("the key with code {byte:#x}"),
    }
}

/// Splits and runs a line; errors become a line of text.
pub fn run_line(table: &'static [Command], line: &str, shell: &mut dyn Shell) {
    let result = match parse::split(line) {
        Ok(words) => command::run(table, words, shell),
        Err(e) => Err((String::new(), e.into())),
    };
    if let Err((path, error)) = result {
        let colon = if path.is_empty() { "" } else { ": " };
        // An error may quote what a guest's device tree says, and may be about several things at once.
        for line in format!("{error}").lines() {
            // The console takes everything; if it does not, there is nowhere to say so.
            let _ = writeln!(shell, "error: {path}{colon}{}", clean(line));
        }
    }
}

/// A session while a command runs: takes its text, a row at a time.
struct Running<'a, H: Host> {
    session: &'a mut Session<H>,
    attach: Option<String>,
    /// What was written of the row so far.
    row: String,
}

impl<H: Host> Running<'_, H> {
    fn flush(&mut self) {
        if !self.row.is_empty() {
            self.session.host.write(self.row.as_bytes(), &[]);
            self.row.clear();
        }
    }

    /// Ends the last row; the port to attach, if the command asked for one.
    fn finish(mut self) -> Option<String> {
        if !self.row.is_empty() {
            self.row.push_str("\r\n");
            self.flush();
        }
        self.attach
    }

    /// Takes what was typed while the command runs; looks for Ctrl-C in it.
    fn poll(&mut self) {
        while let Some(byte) = self.session.host.read() {
            if byte == 0x03 {
                self.session.interrupted = true;
                self.session.typed.clear();
            } else if self.session.typed.len() < KEPT {
                self.session.typed.push_back(byte);
            }
        }
    }
}

impl<H: Host> Write for Running<'_, H> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        for piece in s.split_inclusive('\n') {
            match piece.strip_suffix('\n') {
                Some(end) => {
                    self.row.push_str(end);
                    self.row.push_str("\r\n");
                    self.flush();
                }
                None => self.row.push_str(piece),
            }
        }
        Ok(())
    }
}

impl<H: Host> Shell for Running<'_, H> {
    fn interrupted(&mut self) -> bool {
        self.poll();
        self.session.interrupted || self.session.host.is_gone()
    }

    fn now_ns(&self) -> u64 {
        self.session.host.now_ns()
    }

    fn sleep_ns(&mut self, ns: u64) {
        self.flush();
        self.session.host.sleep_ns(ns);
    }

    fn attach(&mut self, port: String) {
        self.attach = Some(port);
    }

    fn history(&self) -> Vec<String> {
        self.session.editor.history().lines().map(String::from).collect()
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
