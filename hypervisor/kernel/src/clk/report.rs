// SPDX-License-Identifier: GPL-2.0-only
//! The tree of clocks, to be shown.

use super::node::ClkNode;
use super::rate::{boundaries, current};
use super::register::{all, by_name};
use super::{Duty, Flags, prepare_lock, shape};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::Relaxed;

/// A clock in a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How many clocks are above it.
    pub depth: usize,
    /// Its name.
    pub name: String,
    /// Its parent's name.
    pub parent: Option<String>,
    /// The names of the parents that it may have; none for one that is not there.
    pub parents: Vec<Option<String>>,
    /// How often it was prepared.
    pub prepared: u32,
    /// How often it was enabled.
    pub enabled: u32,
    /// How many keep its rate from changing.
    pub protected: u32,
    /// Whether the hardware runs.
    pub running: bool,
    /// Its rate in hertz.
    pub rate: u64,
    /// Lowest and highest rate that its provider and consumers bear.
    pub limits: (u64, u64),
    /// Accuracy in parts per billion.
    pub accuracy: u64,
    /// Phase in degrees.
    pub phase: u32,
    /// Duty cycle.
    pub duty: Option<Duty>,
    /// How it is treated.
    pub flags: Flags,
    /// Whether it waits for a parent.
    pub orphan: bool,
    /// Who has a handle to it.
    pub users: Vec<String>,
}

fn report(clk: &Arc<ClkNode>, depth: usize) -> Report {
    let name = |clk: Arc<ClkNode>| clk.name().to_owned();
    let parents = (0..clk.parents.len()).map(|i| super::parent::by_index(clk, i).map(name)).collect();
    Report {
        depth,
        name: clk.name().to_owned(),
        parent: clk.parent().map(name),
        parents,
        prepared: clk.prepare_count(),
        enabled: clk.enable_count(),
        protected: clk.protect_count(),
        running: clk.is_enabled(),
        rate: current(clk),
        limits: boundaries(clk),
        accuracy: clk.accuracy.load(Relaxed),
        phase: shape::phase(clk).unwrap_or(0),
        duty: shape::duty(clk).ok(),
        flags: clk.flags(),
        orphan: clk.is_orphan(),
        users: clk.links.lock().consumers.iter().map(|c| c.user.as_ref().to_owned()).collect(),
    }
}

/// All clocks, each below its parent, those without one in the order in which they came. Context: orphan vCPUs; may sleep.
pub fn list() -> Vec<Report> {
    fn add(clk: &Arc<ClkNode>, depth: usize, list: &mut Vec<Report>) {
        list.push(report(clk, depth));
        clk.children().iter().for_each(|c| add(c, depth + 1, list));
    }
    let _guard = prepare_lock();
    let mut list = Vec::new();
    for root in all().iter().filter(|c| c.parent().is_none()) {
        add(root, 0, &mut list);
    }
    list
}

/// The clock of that name. Context: orphan vCPUs; may sleep.
pub fn info(name: &str) -> Option<Report> {
    let _guard = prepare_lock();
    by_name(name).map(|clk| report(&clk, 0))
}
