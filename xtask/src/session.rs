// SPDX-License-Identifier: GPL-2.0-only
//! A running machine whose serial line we hold: waits for texts, types lines, knows the prompt.

use std::fmt;
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::process;

/// What the management terminal shows at the start of a line when it takes a command.
pub const PROMPT: &str = "ferrovisor# ";
/// How a line starts with which the hypervisor gives up.
const PANIC: &str = "ferrovisor panic: ";
/// How long an answer without the echo of its command must be quiet to count as complete.
const QUIET: Duration = Duration::from_secs(2);

/// Why a wait ended without what was waited for.
#[derive(Debug)]
pub enum Failure {
    /// Time is up.
    Timeout {
        /// What did not show.
        wanted: String,
    },
    /// The machine ended.
    Exited {
        /// What did not show.
        wanted: String,
        /// How the emulator ended.
        status: Option<ExitStatus>,
    },
    /// The hypervisor gave up.
    Panic {
        /// The line that says so.
        line: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Timeout { wanted } => write!(f, "timed out waiting for {wanted}"),
            Failure::Exited { wanted, status: Some(status) } => {
                write!(f, "the machine ended ({status}) while waiting for {wanted}")
            }
            Failure::Exited { wanted, status: None } => {
                write!(f, "the machine ended while waiting for {wanted}")
            }
            Failure::Panic { line } => write!(f, "the hypervisor panicked: {line}"),
        }
    }
}

impl std::error::Error for Failure {}

/// What came over the serial line so far.
#[derive(Default)]
struct Log {
    /// As text, without escape sequences; a carriage return before a line feed is dropped.
    text: String,
    filter: Filter,
    ended: bool,
    changed: Option<Instant>,
    /// The line with which the hypervisor gave up, if it did.
    panic: Option<String>,
    /// The start of the first line that was not looked at for it.
    line: usize,
}

impl Log {
    /// Takes in what came.
    fn feed(&mut self, bytes: &[u8]) {
        self.filter.feed(bytes, &mut self.text);
        self.changed = Some(Instant::now());
        while let Some((line, _)) = self.text.get(self.line..).and_then(|new| new.split_once('\n')) {
            self.panic = self.panic.take().or_else(|| panic_in(line));
            self.line += line.len() + 1;
        }
    }
}

/// A machine that runs, until this is dropped.
pub struct Session {
    child: Child,
    stdin: ChildStdin,
    shared: Arc<(Mutex<Log>, Condvar)>,
    reader: Option<JoinHandle<()>>,
    deadline: Instant,
    /// Where in the text the next wait starts.
    position: usize,
    timed_out: bool,
}

impl Session {
    /// Starts a machine. All that it says is also written to `copy`, as it comes. The whole session may
    /// take as long as `limit`.
    ///
    /// # Errors
    /// When the emulator cannot be started.
    pub fn start(
        command: &mut Command,
        limit: Duration,
        copy: impl Write + Send + 'static,
    ) -> Result<Session> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().with_context(|| {
            format!("cannot run `{}`; ./scripts/setup installs it", process::shown(command))
        })?;
        let stdin = child.stdin.take().context("no standard input")?;
        let stdout = child.stdout.take().context("no standard output")?;
        let shared = Arc::new((Mutex::new(Log::default()), Condvar::new()));
        let reader = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || read(stdout, &shared, copy)
        });
        Ok(Session {
            child,
            stdin,
            shared,
            reader: Some(reader),
            deadline: Instant::now() + limit,
            position: 0,
            timed_out: false,
        })
    }

    /// Everything that was said so far.
    pub fn log(&self) -> String {
        self.lock().text.clone()
    }

    /// Waits until a text shows that came after what was waited for last.
    ///
    /// # Errors
    /// When it does not show in time, the machine ends, or the hypervisor panics.
    pub fn wait_for(&mut self, text: &str) -> Result<(), Failure> {
        let from = self.position;
        let end = self.wait(&format!("`{text}`"), |log| {
            log.text.get(from..).and_then(|new| new.find(text)).map(|found| from + found + text.len())
        })?;
        self.position = end;
        Ok(())
    }

    /// Waits until the management terminal takes a command.
    ///
    /// # Errors
    /// As [`Session::wait_for`].
    pub fn wait_for_prompt(&mut self) -> Result<(), Failure> {
        let from = self.position;
        let end = self.wait("the prompt of the management terminal", |log| prompt(&log.text, from))?;
        self.position = end;
        Ok(())
    }

    /// Types a command at the prompt and waits for the next one. Gives what was said between.
    ///
    /// # Errors
    /// As [`Session::wait_for`].
    pub fn command(&mut self, line: &str) -> Result<String, Failure> {
        let start = self.type_line(line)?;
        self.wait_for_prompt()?;
        let log = self.lock();
        let answer = log.text.get(start..self.position).unwrap_or_default();
        Ok(answer.strip_suffix(PROMPT).unwrap_or(answer).to_owned())
    }

    /// Types a command at the prompt and waits until it was echoed. Gives the place after the echo.
    ///
    /// # Errors
    /// As [`Session::wait_for`].
    pub fn type_line(&mut self, line: &str) -> Result<usize, Failure> {
        let from = self.lock().text.len();
        self.send(line)?;
        let end = self.wait(&format!("the echo of `{line}`"), |log| {
            echo(&log.text, from, line).or_else(|| {
                // A log line may have come between the letters: then a prompt at rest is as good.
                let quiet = log.changed.is_some_and(|changed| changed.elapsed() > QUIET);
                (quiet && log.text.len() > from && log.text.ends_with(PROMPT))
                    .then(|| log.text.len() - PROMPT.len())
            })
        })?;
        self.position = end;
        Ok(end)
    }

    /// Types a line, and waits for nothing.
    ///
    /// # Errors
    /// When the machine has ended.
    pub fn send(&mut self, line: &str) -> Result<(), Failure> {
        self.send_bytes(&[line.as_bytes(), b"\r"].concat())
    }

    /// Sends bytes as they are. What is waited for next must come after them.
    ///
    /// # Errors
    /// When the machine has ended.
    pub fn send_bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let position = self.lock().text.len();
        self.position = position;
        self.stdin.write_all(bytes).and_then(|()| self.stdin.flush()).map_err(|_| Failure::Exited {
            wanted: "input to be taken".into(),
            status: self.child.try_wait().ok().flatten(),
        })
    }

    /// Waits until the machine ends by itself.
    ///
    /// # Errors
    /// When it does not in time, or the hypervisor panics before.
    pub fn wait_for_exit(&mut self) -> Result<ExitStatus, Failure> {
        self.wait("the machine to end", |log| log.ended.then_some(()))?;
        let exited = || Failure::Exited { wanted: "its exit status".into(), status: None };
        let status = self.child.wait().map_err(|_| exited())?;
        self.check().map(|()| status)
    }

    /// Whether the hypervisor is still well, as far as it has said anything.
    ///
    /// # Errors
    /// When it has panicked.
    pub fn check(&self) -> Result<(), Failure> {
        self.lock().panic.clone().map_or(Ok(()), |line| Err(Failure::Panic { line }))
    }

    /// Ends the machine at once, as a power cut does; gives everything that it said until then.
    ///
    /// # Errors
    /// When the emulator cannot be killed, or the hypervisor has panicked.
    pub fn kill(&mut self) -> Result<String> {
        self.child.kill().and_then(|()| self.child.wait()).context("cannot kill the emulator")?;
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        self.check()?;
        Ok(self.log())
    }

    /// Gives all that follows its own time.
    pub fn set_limit(&mut self, limit: Duration) {
        self.deadline = Instant::now() + limit;
    }

    /// Whether a wait has ended since time was up.
    pub fn timed_out(&self) -> bool {
        self.timed_out
    }

    /// The emulator's process, to look at its use of time and memory.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        // A reader that died left text that is whole.
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `done` finds what it looks for.
    fn wait<T>(&mut self, wanted: &str, done: impl Fn(&Log) -> Option<T>) -> Result<T, Failure> {
        let shared = Arc::clone(&self.shared);
        let mut log = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(found) = done(&log) {
                return Ok(found);
            }
            if let Some(line) = log.panic.clone() {
                // The report follows the line: let it be read to its end.
                drop(log);
                std::thread::sleep(Duration::from_secs(1));
                return Err(Failure::Panic { line });
            }
            if log.ended {
                let status = self.child.wait().ok();
                return Err(Failure::Exited { wanted: wanted.into(), status });
            }
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                self.timed_out = true;
                return Err(Failure::Timeout { wanted: wanted.into() });
            }
            let step = left.min(Duration::from_millis(200));
            log = shared.1.wait_timeout(log, step).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // An emulator that has ended cannot be killed, and need not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

/// Takes in the serial line until it ends.
fn read(mut from: impl Read, shared: &(Mutex<Log>, Condvar), mut copy: impl Write) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        // A copy that nobody reads any more is no reason to stop.
        let _ = copy.write_all(&buffer[..length]).and_then(|()| copy.flush());
        let mut guard = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        guard.feed(&buffer[..length]);
        shared.1.notify_all();
    }
    shared.0.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
    shared.1.notify_all();
}

/// Takes escape sequences out of a stream, and the carriage return out of line ends.
#[derive(Default)]
struct Filter {
    state: State,
    carriage_return: bool,
    utf8: Vec<u8>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    Escape,
    Sequence,
}

impl Filter {
    fn feed(&mut self, bytes: &[u8], text: &mut String) {
        for &byte in bytes {
            match (self.state, byte) {
                (State::Text, 0x1b) => self.state = State::Escape,
                (State::Text, b'\r') => self.carriage_return = true,
                (State::Text, _) => self.text(byte, text),
                (State::Escape, b'[') => self.state = State::Sequence,
                (State::Escape, _) => self.state = State::Text,
                (State::Sequence, 0x40..=0x7e) => self.state = State::Text,
                (State::Sequence, _) => {}
            }
        }
    }

    fn text(&mut self, byte: u8, text: &mut String) {
        if std::mem::take(&mut self.carriage_return) && byte != b'\n' {
            text.push('\r');
        }
        self.utf8.push(byte);
        match std::str::from_utf8(&self.utf8) {
            Ok(letter) => text.push_str(letter),
            Err(error) if error.error_len().is_none() => return,
            Err(_) => text.push(char::REPLACEMENT_CHARACTER),
        }
        self.utf8.clear();
    }
}

/// The place after the first new prompt, from a place on. One that is only redrawn, because a message came
/// between, follows a carriage return.
fn prompt(text: &str, from: usize) -> Option<usize> {
    let new = text.get(from..)?;
    new.match_indices(PROMPT)
        .map(|(found, _)| from + found)
        .find(|found| text[..*found].is_empty() || text[..*found].ends_with('\n'))
        .map(|found| found + PROMPT.len())
}

/// The place after the line, from a place on, that ends with a command as it was typed.
fn echo(text: &str, from: usize, command: &str) -> Option<usize> {
    let new = text.get(from..)?;
    let command = command.trim_end();
    let mut place = from;
    for line in new.split_inclusive('\n') {
        place += line.len();
        if line.ends_with('\n') && line.trim_end().ends_with(command) {
            return Some(place);
        }
    }
    None
}

/// That the hypervisor gave up, if the line says so.
fn panic_in(line: &str) -> Option<String> {
    let start = line.match_indices(PANIC).map(|(start, _)| start);
    let start = start.into_iter().find(|start| *start == 0 || line[..*start].ends_with('\r'))?;
    Some(line[start..].to_owned())
}

/// Whole lines of at most `most` bytes at both ends of a log, if it has more than twice as many. A line that
/// is longer is cut.
pub fn ends(log: &[u8], most: usize) -> Option<(&[u8], &[u8])> {
    if log.len() <= 2 * most {
        return None;
    }
    let (first, last) = (&log[..most], &log[log.len() - most..]);
    let newline = |byte: &u8| *byte == b'\n';
    let end = first.iter().rposition(newline).map_or(most, |at| at + 1);
    let start = last.iter().position(newline).map_or(0, |at| at + 1);
    Some((&first[..end], &last[start..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filtered(chunks: &[&[u8]]) -> String {
        let (mut filter, mut text) = (Filter::default(), String::new());
        chunks.iter().for_each(|chunk| filter.feed(chunk, &mut text));
        text
    }

    #[test]
    fn escape_sequences_and_line_ends() {
        assert_eq!(filtered(&[b"a\x1b[1;31mb\x1b[0m\r\nc"]), "ab\nc");
        assert_eq!(filtered(&[b"a\x1b", b"[K", b"b\r", b"\n\rc"]), "ab\n\rc");
        assert_eq!(filtered(&[b"\xc3", b"\xa4 \xff!"]), "ä \u{fffd}!");
    }

    #[test]
    fn the_prompt_counts_at_the_start_of_a_line_only() {
        assert_eq!(prompt("ferrovisor# ", 0), Some(12));
        assert_eq!(prompt("x ferrovisor# ", 0), None);
        assert_eq!(prompt("ferrovisor# ls\nx\nferrovisor# ", 15), Some(29));
        assert_eq!(prompt("a message\n\rferrovisor# ", 0), None);
    }

    #[test]
    fn the_echo_is_a_complete_line() {
        let text = "ferrovisor# \rferrovisor# ver\rferrovisor# version\nout\n";
        assert_eq!(echo(text, 12, "version"), Some(text.len() - 4));
        assert_eq!(echo("ferrovisor# vers", 0, "vers"), None);
    }

    #[test]
    fn a_panic_is_a_complete_line() {
        let panic = |chunks: &[&str]| {
            let mut log = Log::default();
            chunks.iter().for_each(|chunk| log.feed(chunk.as_bytes()));
            log.panic
        };
        assert_eq!(panic(&["x\nferrovisor panic: CPU 0"]), None);
        assert_eq!(panic(&["x\nferro", "visor panic: y", "\nz\n"]).as_deref(), Some("ferrovisor panic: y"));
        assert_eq!(panic(&["prompt\rferrovisor panic: y\n"]).as_deref(), Some("ferrovisor panic: y"));
        assert_eq!(panic(&["a guest says ferrovisor panic: y\n"]), None);
    }

    #[test]
    fn a_long_log_keeps_whole_lines_of_both_ends() {
        assert_eq!(ends(b"one\ntwo\nthree\nfour\n", 6), Some((&b"one\n"[..], &b"four\n"[..])));
        assert_eq!(ends(b"without end of line", 4), Some((&b"with"[..], &b"line"[..])));
        assert_eq!(ends(b"", 4), None);
        assert_eq!(ends(b"12345678", 4), None);
    }
}
