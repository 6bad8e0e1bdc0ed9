// SPDX-License-Identifier: GPL-2.0-only
//! The interrupt controller of the bench: lines that models raise, taken by the CPU where its mask is open.

use crate::trace;
use kernel::dt::Trigger;
use kernel::error::Result;
use kernel::irq::{GicVersion, IrqChip, PRIVATE, Virtualization};
use kernel::percpu::CpuId;
use std::sync::{Mutex, OnceLock};

/// How many interrupts there are, private ones included.
const LINES: usize = 512;

/// How often in a row the CPU takes interrupts without the interrupted code going on, before the bench gives up.
const STORM: u32 = 500_000;

#[derive(Clone, Copy)]
struct Line {
    level: bool,
    latched: bool,
    enabled: bool,
    active: bool,
    edge: bool,
    lost: bool,
    /// How often it is still to be raised anew after it was handled.
    storm: u32,
    taken: u64,
}

const QUIET: Line = Line {
    level: false,
    latched: false,
    enabled: false,
    active: false,
    edge: false,
    lost: false,
    storm: 0,
    taken: 0,
};

impl Line {
    fn pending(&self) -> bool {
        self.enabled
            && !self.active
            && !self.lost
            && (self.latched || self.level && !self.edge || self.storm > 0)
    }
}

static STATE: Mutex<[Line; LINES]> = Mutex::new([QUIET; LINES]);
static CPU: OnceLock<&'static arch::fake::Cpu> = OnceLock::new();

/// The controller.
pub(crate) struct Chip;

/// Notes the CPU that interrupts go to: the calling one.
pub(crate) fn init() {
    CPU.set(arch::fake::this_cpu()).ok();
    arch::fake::this_cpu().set_irq_handler(take);
    kernel::irq::set_chip(&Chip).expect("the first chip is taken");
}

/// Wakes the CPU.
pub(crate) fn kick() {
    if let Some(cpu) = CPU.get() {
        cpu.raise();
    }
}

fn with<T>(intid: u32, f: impl FnOnce(&mut Line) -> T) -> Option<T> {
    let mut lines = STATE.lock().unwrap();
    let line = lines.get_mut(intid as usize)?;
    let result = f(line);
    let pending = line.pending();
    drop(lines);
    if pending {
        kick();
    }
    Some(result)
}

fn shared(line: u32) -> u32 {
    line + PRIVATE
}

/// Sets the level of a line by its number in `interrupts = <0 line ...>`.
pub(crate) fn set_level(line: u32, up: bool) {
    let changed = with(shared(line), |l| {
        let changed = l.level != up;
        l.latched |= up && changed && l.edge;
        l.level = up;
        changed
    });
    if changed == Some(true) {
        trace::line(line, up);
    }
}

/// Has a line come `count` times more than anybody asked for.
pub(crate) fn storm(line: u32, count: u32) {
    with(shared(line), |l| l.storm = count);
}

/// Whether the line's interrupts are lost on their way.
pub(crate) fn lose(line: u32, lost: bool) {
    with(shared(line), |l| l.lost = lost);
}

/// How often the CPU took an interrupt.
pub(crate) fn taken(line: u32) -> u64 {
    with(shared(line), |l| l.taken).unwrap_or(0)
}

/// Whether a driver has the line open.
pub(crate) fn enabled(line: u32) -> bool {
    with(shared(line), |l| l.enabled).unwrap_or(false)
}

/// What the fake CPU does when it takes interrupts: all that are pending.
fn take() {
    let mut count = 0;
    while STATE.lock().unwrap().iter().any(Line::pending) {
        kernel::irq::dispatch();
        count += 1;
        assert!(count < STORM, "{count} interrupts in a row: no handler makes a line go down{}", up());
    }
    kernel::timer::handle_irq();
    kernel::sched::handle_ipi();
    kernel::sched::preempt_point();
}

/// The lines that are up.
fn up() -> String {
    let lines = STATE.lock().unwrap();
    let up = lines.iter().enumerate().filter(|(_, line)| line.pending());
    up.map(|(n, _)| format!(", {}", n as i64 - i64::from(PRIVATE))).collect()
}

impl IrqChip for Chip {
    fn init_cpu(&self, _: CpuId) -> Result<()> {
        Ok(())
    }
    fn ack(&self) -> u32 {
        let mut lines = STATE.lock().unwrap();
        let Some((n, line)) = lines.iter_mut().enumerate().find(|(_, line)| line.pending()) else {
            return 1023;
        };
        line.active = true;
        line.latched = false;
        line.storm = line.storm.saturating_sub(1);
        line.taken += 1;
        drop(lines);
        if n as u32 >= PRIVATE {
            trace::interrupt(n as u32 - PRIVATE);
        }
        n as u32
    }
    fn complete(&self, ack: u32, deactivate: bool) {
        if deactivate {
            self.deactivate(ack);
        }
    }
    fn deactivate(&self, ack: u32) {
        with(ack & 0x3ff, |line| line.active = false);
    }
    fn mask(&self, intid: u32) {
        with(intid, |line| line.enabled = false);
    }
    fn unmask(&self, intid: u32) {
        with(intid, |line| line.enabled = true);
    }
    fn set_type(&self, intid: u32, trigger: Trigger) {
        with(intid, |line| line.edge = trigger == Trigger::Edge);
    }
    fn set_threshold(&self, _: u8) {}
    fn set_priority(&self, _: u32, _: u8) {}
    fn set_affinity(&self, _: u32, _: CpuId) {}
    fn send_sgi(&self, _: CpuId, sgi: u32) {
        with(sgi, |line| {
            line.enabled = true;
            line.latched = true;
        });
    }
    fn set_active(&self, intid: u32, active: bool) {
        with(intid, |line| line.active = active);
    }
    fn is_active(&self, intid: u32) -> bool {
        with(intid, |line| line.active).unwrap_or(false)
    }
    fn set_pending(&self, intid: u32, pending: bool) {
        with(intid, |line| line.latched = pending);
    }
    fn is_pending(&self, intid: u32) -> bool {
        with(intid, |line| line.latched || line.level).unwrap_or(false)
    }
    fn lines(&self) -> u32 {
        LINES as u32
    }
    fn virtualization(&self) -> Virtualization {
        Virtualization {
            version: GicVersion::V2,
            gich: None,
            gicv: None,
            maintenance_irq: None,
            list_regs: None,
        }
    }
    fn name(&self) -> &str {
        "bench"
    }
}
