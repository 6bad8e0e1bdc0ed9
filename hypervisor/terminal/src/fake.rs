// SPDX-License-Identifier: GPL-2.0-only
//! Stand-ins for the tests: a machine that is a few buffers, and a shell that collects what a command writes.

use core::fmt;
use std::collections::{BTreeMap, VecDeque};

use crate::command::Shell;
use crate::complete::Names;
use crate::session::{Host, run_line};

/// A console and some ports.
#[derive(Default)]
pub struct Machine {
    pub typed: VecDeque<u8>,
    pub shown: Vec<u8>,
    pub row: Vec<u8>,
    /// What each port has received.
    pub ports: BTreeMap<String, Vec<u8>>,
    /// How many bytes the attached port takes before it is full; it stays so until the test raises it.
    pub room: usize,
    pub attached: Option<String>,
    pub now: u64,
}

impl Machine {
    /// Output from elsewhere, as the kernel's console writes it.
    pub fn log(&mut self, line: &str) {
        if !self.row.is_empty() {
            self.shown.extend_from_slice(b"\r\x1b[K");
        }
        self.shown.extend_from_slice(line.as_bytes());
        self.shown.extend_from_slice(b"\r\n");
        let row = self.row.clone();
        self.shown.extend_from_slice(&row);
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown).into_owned()
    }
}

impl Names for Machine {
    fn guests(&self) -> Vec<String> {
        self.ports.keys().filter_map(|p| p.split('/').next()).map(String::from).collect()
    }
    fn vcpus(&self) -> Vec<String> {
        self.guests().iter().map(|g| format!("{g}/0")).collect()
    }
    fn ports(&self) -> Vec<String> {
        self.ports.keys().cloned().collect()
    }
    fn cpus(&self) -> usize {
        2
    }
    fn dt_children(&self, _path: &str) -> Vec<String> {
        Vec::new()
    }
}

impl Host for Machine {
    fn read(&mut self) -> Option<u8> {
        self.typed.pop_front()
    }
    fn write(&mut self, bytes: &[u8], row: &[u8]) {
        self.shown.extend_from_slice(bytes);
        self.row = row.to_vec();
    }
    fn now_ns(&self) -> u64 {
        self.now
    }
    fn sleep_ns(&mut self, ns: u64) {
        self.now += ns.min(10_000_000);
    }
    fn attach(&mut self, port: &str) -> Result<String, String> {
        if self.ports.contains_key(port) {
            self.attached = Some(port.to_string());
            Ok(port.to_string())
        } else {
            Err(format!("no serial port '{port}'"))
        }
    }
    fn detach(&mut self) {
        self.attached = None;
    }
    fn input(&mut self, bytes: &[u8]) -> Option<usize> {
        let port = self.ports.get_mut(self.attached.as_ref()?)?;
        let taken = bytes.len().min(self.room);
        self.room -= taken;
        port.extend_from_slice(&bytes[..taken]);
        Some(taken)
    }
}

/// Collects a command's text.
#[derive(Default)]
pub struct Text {
    pub out: String,
    pub attached: Option<String>,
    pub now: u64,
    /// Ctrl-C is pressed at this time.
    pub interrupt_at: Option<u64>,
}

impl fmt::Write for Text {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.out.push_str(s);
        Ok(())
    }
}

impl Shell for Text {
    fn interrupted(&mut self) -> bool {
        self.interrupt_at.is_some_and(|at| self.now >= at)
    }
    fn now_ns(&self) -> u64 {
        self.now
    }
    fn sleep_ns(&mut self, ns: u64) {
        self.now += ns.min(self.interrupt_at.unwrap_or(u64::MAX).saturating_sub(self.now).max(1));
    }
    fn attach(&mut self, port: String) {
        self.attached = Some(port);
    }
    fn history(&self) -> Vec<String> {
        vec!["one".into(), "two".into()]
    }
}

/// Runs a line of the real table; what it wrote.
pub fn output(line: &str) -> String {
    let mut text = Text::default();
    run_line(crate::commands::TABLE, line, &mut text);
    text.out
}
