// SPDX-License-Identifier: GPL-2.0-only
//! Banks of lines, and the registry of them.

use super::line::{Line, LineFlags};
use super::{Chip, hog};
use crate::dt;
use crate::error::{Error, Result};
use crate::sync::SpinLock;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{Acquire, Release};

/// Numbers that are given out where a driver asks for none.
const DYNAMIC_BASE: u32 = 512;

/// The most lines of a bank.
const MAX_LINES: u32 = 1024;

/// How a bank is made.
pub struct Info {
    /// A name for reports.
    pub label: String,
    /// The path of its node.
    pub node: Option<String>,
    /// What a foreign kind of driver knows the node by; 0 for none.
    pub token: usize,
    /// The number of the first line in the space of all lines; `None` for any.
    pub base: Option<u32>,
    /// How many lines.
    pub lines: u32,
    /// Names of lines, by offset; those of `gpio-line-names` of the node count where this has none.
    pub names: Vec<Option<String>>,
    /// The driver.
    pub chip: Arc<dyn Chip>,
}

/// A bank of lines.
pub struct Bank {
    label: String,
    node: Option<String>,
    token: usize,
    base: u32,
    chip: Arc<dyn Chip>,
    lines: Box<[Arc<Line>]>,
    gone: AtomicBool,
}

/// A line in a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineReport {
    /// The offset in the bank.
    pub offset: u32,
    /// Its name.
    pub name: Option<String>,
    /// Who has it.
    pub consumer: Option<String>,
    /// How it is used.
    pub flags: LineFlags,
    /// Whether it is an output; `None` if that is not known.
    pub output: Option<bool>,
    /// The level of the wire; `None` if the chip may sleep or cannot tell.
    pub level: Option<bool>,
}

static BANKS: SpinLock<Vec<Arc<Bank>>> = SpinLock::new(Vec::new());

/// Adds a bank, and has the lines set that its node wants set (`gpio-hog`). Context: may sleep.
///
/// # Errors
/// No or too many lines, numbers that are taken, or a hog that cannot be set.
pub fn register(info: Info) -> Result<Arc<Bank>> {
    let bank = register_quietly(info)?;
    set_hogs(&bank).inspect_err(|_| unregister(&bank))?;
    Ok(bank)
}

/// Sets the lines of a bank that its node wants set. Context: may sleep.
///
/// # Errors
/// One cannot be set.
pub fn set_hogs(bank: &Arc<Bank>) -> Result<()> {
    let node = bank.node().zip(dt::tree()).and_then(|(path, fdt)| dt::find_path(fdt, path));
    node.map_or(Ok(()), |node| hog::set_all(bank, &node))
}

/// As [`register`], for drivers that have more to do before lines can be set: [`set_hogs`] is left to them.
///
/// # Errors
/// As [`register`], but for hogs.
pub fn register_quietly(info: Info) -> Result<Arc<Bank>> {
    if info.lines == 0 || info.lines > MAX_LINES {
        let why = format!("{} has {} lines, possible are 1 to {MAX_LINES}", info.label, info.lines);
        return Err(Error::Invalid { what: "GPIO chip", why });
    }
    let node = info.node.as_deref().zip(dt::tree()).and_then(|(path, fdt)| dt::find_path(fdt, path));
    let tree_name = |offset: u32| {
        let name = node.as_ref()?.texts("gpio-line-names").nth(offset as usize)?;
        (!name.is_empty()).then(|| name.into())
    };
    let mut names = info.names.into_iter();
    let names: Vec<Option<String>> =
        (0..info.lines).map(|offset| names.next().flatten().or_else(|| tree_name(offset))).collect();
    let base = place(&BANKS.lock(), info.base, info.lines, &info.label)?;
    let bank = Arc::new_cyclic(|bank| Bank {
        label: info.label,
        node: info.node,
        token: info.token,
        base,
        chip: info.chip,
        lines: (0..)
            .zip(names)
            .map(|(offset, name)| Arc::new(Line::new(bank.clone(), offset, name)))
            .collect(),
        gone: AtomicBool::new(false),
    });
    let mut banks = BANKS.lock();
    // Another may have been faster.
    place(&banks, Some(base), bank.lines() as u32, &bank.label)?;
    banks.push(Arc::clone(&bank));
    drop(banks);
    Ok(bank)
}

/// Where the numbers of a new bank begin.
fn place(banks: &[Arc<Bank>], wanted: Option<u32>, lines: u32, label: &str) -> Result<u32> {
    let other = |base: u32| {
        banks.iter().find(|b| base < b.base + b.lines() as u32 && b.base < base.saturating_add(lines))
    };
    if let Some(base) = wanted {
        return match other(base) {
            Some(b) => {
                let what = format!("GPIO number {base} (wanted by {label})");
                Err(Error::Busy { what, owner: b.label.clone() })
            }
            None => Ok(base),
        };
    }
    let mut base = DYNAMIC_BASE;
    while let Some(b) = other(base) {
        base = b.base + b.lines() as u32;
    }
    Ok(base)
}

/// Takes a bank away: its lines answer with an error from now on. Context: may sleep.
pub fn unregister(bank: &Arc<Bank>) {
    hog::free_all(bank);
    bank.gone.store(true, Release);
    let mut banks = BANKS.lock();
    let gone = banks.iter().position(|b| Arc::ptr_eq(b, bank)).map(|at| banks.swap_remove(at));
    drop(banks);
    drop(gone);
    let used = bank.lines.iter().filter(|l| l.flags().contains(LineFlags::REQUESTED)).count();
    if used > 0 {
        log::error!("GPIO chip {}: removed while {used} of its lines are in use", bank.label);
    }
}

/// All banks. Context: may allocate.
pub fn all() -> Vec<Arc<Bank>> {
    BANKS.lock().clone()
}

/// The bank that `f` accepts. Context: any.
pub fn find(f: &dyn Fn(&Bank) -> bool) -> Option<Arc<Bank>> {
    BANKS.lock().iter().find(|b| f(b)).cloned()
}

/// The line of a number. Context: any.
pub fn by_number(number: u32) -> Option<Arc<Line>> {
    let bank = find(&|b| number.checked_sub(b.base).is_some_and(|o| (o as usize) < b.lines()))?;
    bank.line(number - bank.base).cloned()
}

impl Bank {
    /// Its name.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The path of its node.
    pub fn node(&self) -> Option<&str> {
        self.node.as_deref()
    }

    /// What a foreign kind of driver knows its node by.
    pub fn token(&self) -> usize {
        self.token
    }

    /// The number of its first line.
    pub fn base(&self) -> u32 {
        self.base
    }

    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.lines.len()
    }

    /// Its driver; `None` once it was taken away.
    pub fn chip(&self) -> Option<&dyn Chip> {
        (!self.gone.load(Acquire)).then_some(&*self.chip)
    }

    /// A line.
    pub fn line(&self, offset: u32) -> Option<&Arc<Line>> {
        self.lines.get(offset as usize)
    }

    /// The line with this name. Context: may allocate.
    pub fn line_named(&self, name: &str) -> Option<&Arc<Line>> {
        self.lines.iter().find(|l| l.name().as_deref() == Some(name))
    }

    /// All lines. Context: may allocate; reads levels of chips that do not sleep.
    pub fn report(&self) -> Vec<LineReport> {
        self.lines
            .iter()
            .filter(|l| self.chip().is_some_and(|c| c.valid(l.offset())))
            .map(|l| l.report())
            .collect()
    }
}
