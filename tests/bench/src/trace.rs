// SPDX-License-Identifier: GPL-2.0-only
//! The trace: every access to a register, every interrupt, all DMA, in order.

use crate::registers;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// How many lines are kept for the report of a failure, and for tests.
const KEPT: usize = 100_000;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The driver read: bytes, value.
    Read(usize, u64),
    /// The driver wrote: bytes, value.
    Write(usize, u64),
    /// The device read memory: address, bytes.
    DmaRead(u64, usize),
    /// The device wrote memory: address, bytes.
    DmaWrite(u64, usize),
    /// A line went up or down.
    Line(u32, bool),
    /// The CPU took an interrupt.
    Interrupt(u32),
    /// An event of a model came.
    Event(u32),
    /// A remark: of a model, of the bench, or a line of the log.
    Note(String),
}

/// A line of the trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When, in ns.
    pub time: u64,
    /// The model, by its name.
    pub model: String,
    /// The register, from the start of the model's.
    pub offset: u64,
    /// Its name, if the model knows it.
    pub register: Option<&'static str>,
    /// What happened.
    pub what: What,
    /// How often, in a row.
    pub times: u64,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "[{:4}.{:06}] {:<10} ",
            self.time / 1_000_000_000,
            self.time / 1000 % 1_000_000,
            self.model
        )?;
        let access = |f: &mut fmt::Formatter<'_>, does: char, bytes: &usize, arrow: &str, value: &u64| {
            let (bits, width, register) = (bytes * 8, 2 + bytes * 2, self.register.unwrap_or(""));
            write!(f, "{does}{bits} {:03x} {register:<12} {arrow} {value:#0width$x}", self.offset)
        };
        match &self.what {
            What::Read(bytes, value) => access(f, 'R', bytes, "->", value),
            What::Write(bytes, value) => access(f, 'W', bytes, "<-", value),
            What::DmaRead(at, bytes) => write!(f, "DMA: reads {bytes} bytes at {at:#x}"),
            What::DmaWrite(at, bytes) => write!(f, "DMA: writes {bytes} bytes at {at:#x}"),
            What::Line(line, true) => write!(f, "line {line} goes up"),
            What::Line(line, false) => write!(f, "line {line} goes down"),
            What::Interrupt(line) => write!(f, "interrupt {line} is taken"),
            What::Event(what) => write!(f, "event {what}"),
            What::Note(text) => f.write_str(text),
        }?;
        if self.times > 1 { write!(f, "  ({} times)", self.times) } else { Ok(()) }
    }
}

struct Trace {
    entries: VecDeque<Entry>,
    /// The last one was not printed yet: it may come again.
    held: bool,
    who: String,
}

static TRACE: Mutex<Trace> = Mutex::new(Trace { entries: VecDeque::new(), held: false, who: String::new() });
static SHOWN: AtomicBool = AtomicBool::new(false);

/// Prints the trace from now on.
pub(crate) fn show() {
    SHOWN.store(true, Relaxed);
}

fn now() -> u64 {
    kernel::time::now_ns()
}

/// Notes a line; says how often it has come in a row.
fn add(entry: Entry) -> u64 {
    let shown = SHOWN.load(Relaxed);
    let who = if shown { linux_compat::context::describe().to_string() } else { String::new() };
    let mut trace = TRACE.lock().unwrap();
    if let Some(last) = trace.entries.back_mut()
        && (last.offset, &last.what, &last.model) == (entry.offset, &entry.what, &entry.model)
    {
        last.times += 1;
        return last.times;
    }
    if shown {
        trace.print();
        if trace.who != who {
            println!("-- {who}");
            trace.who = who;
        }
        trace.held = true;
    }
    if trace.entries.len() == KEPT {
        trace.entries.pop_front();
    }
    trace.entries.push_back(entry);
    1
}

impl Trace {
    /// Prints the last line, if that is still to be done.
    fn print(&mut self) {
        if std::mem::take(&mut self.held)
            && let Some(last) = self.entries.back()
        {
            println!("{last}");
        }
    }
}

/// Prints what was held back.
pub(crate) fn flush() {
    TRACE.lock().unwrap().print();
}

fn plain(model: &str, what: What) {
    add(Entry { time: now(), model: model.into(), offset: 0, register: None, what, times: 1 });
}

/// An access; says how often it has been the same in a row.
pub(crate) fn access(
    model: usize,
    write: bool,
    offset: u64,
    bytes: usize,
    value: u64,
    register: Option<&'static str>,
) -> u64 {
    let what = if write { What::Write(bytes, value) } else { What::Read(bytes, value) };
    add(Entry { time: now(), model: registers::name(model), offset, register, what, times: 1 })
}

/// DMA of a model.
pub(crate) fn dma(model: usize, write: bool, address: u64, bytes: usize) {
    let what = if write { What::DmaWrite(address, bytes) } else { What::DmaRead(address, bytes) };
    plain(&registers::name(model), what);
}

/// A line goes up or down.
pub(crate) fn line(line: u32, up: bool) {
    plain("", What::Line(line, up));
}

/// The CPU takes an interrupt.
pub(crate) fn interrupt(line: u32) {
    plain("", What::Interrupt(line));
}

/// An event of a model.
pub(crate) fn event(model: usize, what: u32) {
    plain(&registers::name(model), What::Event(what));
}

/// A remark.
pub(crate) fn note(model: &str, text: &str) {
    plain(model, What::Note(text.into()));
}

/// What was traced so far.
pub(crate) fn entries() -> Vec<Entry> {
    TRACE.lock().unwrap().entries.iter().cloned().collect()
}

/// Forgets it.
pub(crate) fn clear() {
    flush();
    TRACE.lock().unwrap().entries.clear();
}

/// The last lines, for the report of a failure.
pub(crate) fn tail(count: usize) -> Vec<String> {
    let Ok(trace) = TRACE.try_lock() else { return Vec::new() };
    let skip = trace.entries.len().saturating_sub(count);
    trace.entries.iter().skip(skip).map(Entry::to_string).collect()
}
