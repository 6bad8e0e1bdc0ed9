// SPDX-License-Identifier: GPL-2.0-only
//! The figures, printed once as a table and once as JSON.

use guests::{print, println, timer};

/// The most figures that there may be.
const MOST: usize = 32;
/// Rounds of [`Report::best`].
const ROUNDS: u64 = 8;

/// Figures in the order in which they were taken.
pub struct Report {
    rows: [(&'static str, u64); MOST],
    len: usize,
}

impl Report {
    /// No figures yet.
    pub const fn new() -> Self {
        Self { rows: [("", 0); MOST], len: 0 }
    }

    /// Adds the mean of `count` operations that took `ticks` of the counter together.
    pub fn mean(&mut self, name: &'static str, ticks: u64, count: u64) {
        let ns = timer::ticks_to_ns(ticks);
        self.add(name, (ns + count / 2) / count.max(1));
    }

    /// Adds the mean of operations in the quickest of eight rounds of `count / 8`: natively a device that works beside the CPU
    /// may let it sleep until a timer comes, and sleeping counts too.
    pub fn best(&mut self, name: &'static str, count: u64, mut operation: impl FnMut()) {
        let count = (count / ROUNDS).max(1);
        let mut least = u64::MAX;
        for _ in 0..ROUNDS {
            let from = timer::now();
            for _ in 0..count {
                operation();
            }
            least = least.min(timer::now() - from);
        }
        self.mean(name, least, count);
    }

    /// Adds a figure in nanoseconds.
    pub fn add(&mut self, name: &'static str, value: u64) {
        if let Some(row) = self.rows.get_mut(self.len) {
            *row = (name, value);
            self.len += 1;
        }
    }

    /// Prints all figures.
    pub fn print(&self) {
        let rows = self.rows.get(..self.len).unwrap_or(&[]);
        for (name, value) in rows {
            println!("micro: {name:<24} {value:>10}");
        }
        print!("micro: json {{");
        for (n, (name, value)) in rows.iter().enumerate() {
            print!("{}\"{name}\": {value}", if n == 0 { "" } else { ", " });
        }
        println!("}}");
    }
}
