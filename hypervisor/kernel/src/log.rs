// SPDX-License-Identifier: GPL-2.0-only
//! The log: back end of the `log` crate. Every record goes to a ring, which the terminal shows, and to the console.
//!
//! Usable in any context, interrupt handlers and the panic handler included; costs the time of some bytes to the
//! console, so the exit path does not log. A line is `[seconds.micros] cpu level: text`, with the time since the first
//! instruction of the image; informational lines have no level.

use crate::console;
use crate::percpu::{self, CpuId};
use crate::sync::SpinLock;
use core::fmt::{self, Write};
use core::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use log::{Level, LevelFilter, Log, Metadata, Record};

/// Bytes of the ring before [`set_ring_size`].
const EARLY_RING: usize = 4096;
/// The longest line; what is longer is cut and marked so.
const LINE: usize = 240;

/// A ring of text that forgets its beginning. Positions count bytes since boot.
struct Ring {
    early: [u8; EARLY_RING],
    grown: Option<&'static mut [u8]>,
    /// Position of the next byte.
    end: u64,
}

impl Ring {
    const fn new() -> Self {
        Ring { early: [0; EARLY_RING], grown: None, end: 0 }
    }

    fn buffer(&self) -> &[u8] {
        self.grown.as_deref().unwrap_or(&self.early)
    }

    /// Position of the oldest byte kept.
    fn start(&self) -> u64 {
        self.end.saturating_sub(self.buffer().len() as u64)
    }

    fn push(&mut self, bytes: &[u8]) {
        let end = self.end;
        let buffer = self.grown.as_deref_mut().unwrap_or(&mut self.early);
        let size = buffer.len();
        for (i, &b) in bytes.iter().enumerate() {
            if let Some(slot) = buffer.get_mut((end as usize).wrapping_add(i) % size) {
                *slot = b;
            }
        }
        self.end += bytes.len() as u64;
    }

    fn read(&self, from: u64, out: &mut [u8]) -> (u64, usize) {
        let from = from.clamp(self.start(), self.end);
        let count = ((self.end - from) as usize).min(out.len());
        let buffer = self.buffer();
        for (i, slot) in out.iter_mut().take(count).enumerate() {
            *slot = buffer.get((from as usize).wrapping_add(i) % buffer.len()).copied().unwrap_or(b'?');
        }
        (from, count)
    }

    /// Moves to a larger buffer; what is in the old one stays readable at its position.
    fn grow(&mut self, larger: &'static mut [u8]) {
        let (start, end) = (self.start(), self.end);
        let size = larger.len();
        let old = self.buffer();
        for at in start..end {
            if let (Some(to), Some(&b)) =
                (larger.get_mut(at as usize % size), old.get(at as usize % old.len()))
            {
                *to = b;
            }
        }
        self.grown = Some(larger);
    }
}

static RING: SpinLock<Ring> = SpinLock::new(Ring::new());
/// Counter value at the image's first instruction.
static ENTRY: AtomicU64 = AtomicU64::new(0);
/// The CPU that panics, and 1; 0 while none does. The ring is then left alone, since that CPU may hold its lock.
static PANICKING: AtomicU32 = AtomicU32::new(0);
/// Lines above this level go to the ring but not to the console.
static CONSOLE_LEVEL: AtomicU8 = AtomicU8::new(LevelFilter::Info as u8);

/// A line that is being formatted, on the stack.
struct Line {
    bytes: [u8; LINE],
    len: usize,
    cut: bool,
}

impl Line {
    fn new() -> Self {
        Line { bytes: [0; LINE], len: 0, cut: false }
    }

    /// Ends the line, with a mark if it was cut.
    fn finish(&mut self) -> &[u8] {
        const MARK: &[u8] = b"...\n";
        let tail: &[u8] = if self.cut { MARK } else { b"\n" };
        let at = self.len.min(LINE - tail.len());
        if let Some(space) = self.bytes.get_mut(at..at + tail.len()) {
            space.copy_from_slice(tail);
        }
        self.bytes.get(..at + tail.len()).unwrap_or(&[])
    }
}

impl Write for Line {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let room = LINE - 4 - self.len;
        let mut take = s.len().min(room);
        while !s.is_char_boundary(take) {
            take -= 1;
        }
        self.cut |= take < s.len();
        if let (Some(to), Some(from)) =
            (self.bytes.get_mut(self.len..self.len + take), s.as_bytes().get(..take))
        {
            to.copy_from_slice(from);
        }
        self.len += take;
        Ok(())
    }
}

struct Backend;

impl Log for Backend {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let mut line = Line::new();
        let us = since_entry_us();
        let (seconds, micros, cpu) = (us / 1_000_000, us % 1_000_000, percpu::this_cpu());
        let _ = write!(line, "[{seconds:4}.{micros:06}] {cpu} ");
        let _ = match record.level() {
            Level::Error => write!(line, "error: "),
            Level::Warn => write!(line, "warning: "),
            Level::Info => Ok(()),
            // Where a line comes from matters to those who ask for such lines.
            Level::Debug => write!(line, "debug, {}: ", record.target()),
            Level::Trace => write!(line, "trace, {}: ", record.target()),
        };
        let _ = line.write_fmt(*record.args());
        put(line.finish(), record.level() as u8 <= CONSOLE_LEVEL.load(Ordering::Relaxed));
    }

    fn flush(&self) {}
}

/// Puts finished text into the ring, and on the console.
fn put(text: &[u8], to_console: bool) {
    if panicking().is_none() {
        RING.lock().push(text);
    }
    if to_console {
        console::write(text);
    }
}

/// Microseconds since the first instruction of the image. Context: any.
pub fn since_entry_us() -> u64 {
    let ticks = arch::counter::now().saturating_sub(ENTRY.load(Ordering::Relaxed));
    (u128::from(ticks) * 1_000_000 / u128::from(arch::counter::frequency().max(1))) as u64
}

/// Starts the log. `entry` is the counter at the image's first instruction. Boot only; the first call counts.
pub fn init(entry: u64, level: LevelFilter) {
    static BACKEND: Backend = Backend;
    ENTRY.store(entry, Ordering::Relaxed);
    if log::set_logger(&BACKEND).is_ok() {
        log::set_max_level(level);
    }
}

/// Sets what is logged at all, and what of it is shown on the console. Context: any.
pub fn set_levels(log_level: LevelFilter, console_level: LevelFilter) {
    log::set_max_level(log_level);
    CONSOLE_LEVEL.store(console_level as u8, Ordering::Relaxed);
}

/// What is shown on the console of what is logged. Context: any.
pub fn console_level() -> LevelFilter {
    let level = CONSOLE_LEVEL.load(Ordering::Relaxed);
    LevelFilter::iter().find(|l| *l as u8 == level).unwrap_or(LevelFilter::Info)
}

/// Enlarges the ring to `bytes`; a smaller size than now is ignored. Context: may allocate.
///
/// # Errors
/// Out of memory: the ring stays as it is.
pub fn set_ring_size(bytes: usize) -> crate::error::Result<()> {
    let mut buffer = alloc::vec::Vec::new();
    buffer
        .try_reserve_exact(bytes)
        .map_err(|_| crate::error::Error::OutOfMemory { what: "the log ring", bytes: bytes as u64 })?;
    buffer.resize(bytes, 0u8);
    let mut ring = RING.lock();
    if bytes > ring.buffer().len() && ring.grown.is_none() {
        ring.grow(buffer.leak());
    }
    Ok(())
}

/// Reads the log from position `from` (bytes since boot) on. Returns the position of the first byte read, which is
/// later than `from` if that part is forgotten, and how many bytes of `out` were filled. Context: any.
pub fn read(from: u64, out: &mut [u8]) -> (u64, usize) {
    RING.lock().read(from, out)
}

/// The position behind the newest byte. Context: any.
pub fn end() -> u64 {
    RING.lock().end
}

/// Says that this CPU panics: from now on it waits for no lock of the log or console, and others are not heard.
pub fn enter_panic() {
    PANICKING.store(u32::from(percpu::this_cpu().0) + 1, Ordering::SeqCst);
}

/// The CPU that panics, if one does.
pub fn panicking() -> Option<CpuId> {
    PANICKING.load(Ordering::Relaxed).checked_sub(1).map(|cpu| CpuId(cpu as _))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_keeps_the_newest_and_counts_positions() {
        let mut ring = Ring::new();
        let mut model = Vec::new();
        for i in 0..3000u32 {
            let line = format!("line {i}\n");
            ring.push(line.as_bytes());
            model.extend_from_slice(line.as_bytes());
        }
        let mut out = vec![0; 10_000];
        let (from, n) = ring.read(0, &mut out);
        assert_eq!(n, EARLY_RING);
        assert_eq!(from, (model.len() - EARLY_RING) as u64);
        assert_eq!(&out[..n], &model[model.len() - n..]);
        let (from, n) = ring.read(ring.end - 5, &mut out);
        assert_eq!((from, n), (ring.end - 5, 5));
        assert_eq!(ring.read(u64::MAX, &mut out), (ring.end, 0));
    }

    #[test]
    fn growing_keeps_text_at_its_position() {
        for pushed in [10usize, EARLY_RING - 1, EARLY_RING, EARLY_RING + 77, 5 * EARLY_RING + 3] {
            let mut ring = Ring::new();
            let model: Vec<u8> = (0..pushed).map(|i| (i % 251) as u8).collect();
            model.chunks(13).for_each(|c| ring.push(c));
            let start = ring.start();
            ring.grow(vec![0; 3 * EARLY_RING + 5].leak());
            ring.push(b"more");
            let mut out = vec![0; 20_000];
            let (from, n) = ring.read(start, &mut out);
            assert_eq!(from, start.max(ring.start()));
            assert_eq!(&out[..n - 4], &model[from as usize..]);
            assert_eq!(&out[n - 4..n], b"more");
        }
    }

    #[test]
    fn long_lines_are_cut_at_a_character_and_marked() {
        let mut line = Line::new();
        let _ = line.write_str(&"ä".repeat(200));
        let _ = line.write_str("tail");
        let text = line.finish().to_vec();
        assert!(text.len() <= LINE && text.ends_with(b"...\n"));
        assert!(core::str::from_utf8(&text).is_ok());
        let mut line = Line::new();
        let _ = write!(line, "short");
        assert_eq!(line.finish(), b"short\n");
    }
}
