// SPDX-License-Identifier: GPL-2.0-only
//! The log of the bench: kept for tests, and printed between the lines of the trace.

use crate::trace;
use log::{Level, LevelFilter, Log, Metadata, Record};
use std::sync::Mutex;

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Journal;

impl Log for Journal {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= Level::Info
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let level = match record.level() {
                Level::Error => "error: ",
                Level::Warn => "warning: ",
                _ => "",
            };
            let line = format!("{level}{}", record.args());
            LINES.lock().unwrap().push(line.clone());
            trace::note("log", line.trim_end());
        }
    }

    fn flush(&self) {}
}

/// Takes the log over. Once.
pub(crate) fn init() {
    log::set_logger(&Journal).expect("the first logger is taken");
    log::set_max_level(LevelFilter::Info);
}

/// Every line so far.
pub(crate) fn lines() -> Vec<String> {
    LINES.lock().unwrap().clone()
}

/// All of it.
pub(crate) fn text() -> String {
    lines().join("\n")
}

/// Whether a line says that a driver left something behind.
pub(crate) fn is_leak(line: &str) -> bool {
    ["left behind what", "were left mapped", "were not freed", "mutexes held"]
        .iter()
        .any(|text| line.contains(text))
}
