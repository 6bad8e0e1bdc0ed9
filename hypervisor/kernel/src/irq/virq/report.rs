// SPDX-License-Identifier: GPL-2.0-only
//! Lines as the terminal shows them.

use super::chip::Sense;
use super::desc::{self, Level, Mode, State, Virq};
use super::{control, request};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A line in a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The number for drivers.
    pub virq: Virq,
    /// The controller that it comes from.
    pub domain: Option<String>,
    /// Its number there.
    pub hwirq: u64,
    /// The numbers of the controllers further in, as `NAME:NUMBER`.
    pub through: Vec<String>,
    /// The chip.
    pub chip: String,
    /// How it signals.
    pub sense: Sense,
    /// The flow handler.
    pub flow: &'static str,
    /// Who has requested it.
    pub owners: Vec<String>,
    /// Whether it leads to further lines.
    pub chained: bool,
    /// How often it was closed more than opened.
    pub depth: u32,
    /// What it is doing.
    pub state: State,
    /// How often it came.
    pub count: u64,
    /// How often nobody wanted it.
    pub unhandled: u64,
}

/// All lines but hidden ones, by number. Context: may allocate.
pub fn list() -> Vec<Report> {
    let lines = desc::all();
    let shown = lines.iter().filter(|d| !d.mode().contains(Mode::HIDDEN));
    shown
        .map(|d| {
            let name = |l: &Level| l.domain().map(|domain| domain.name().to_string());
            let inner = d.inner.lock();
            let (flow, chained) = (inner.flow.name(), inner.chained);
            drop(inner);
            Report {
                virq: d.virq(),
                domain: name(d.data().level()),
                hwirq: d.data().hwirq(),
                through: d
                    .levels()
                    .iter()
                    .skip(1)
                    .map(|l| alloc::format!("{}:{}", name(l).unwrap_or_default(), l.hwirq()))
                    .collect(),
                chip: d.data().chip().name().into(),
                sense: d.sense(),
                flow: d.foreign().map_or(flow, |f| f.flow_name()),
                owners: request::owners(d),
                chained,
                depth: control::depth(d),
                state: d.state(),
                count: d.count(),
                unhandled: control::unhandled(d),
            }
        })
        .collect()
}
