// SPDX-License-Identifier: GPL-2.0-only
//! `host info` and `host cpus`.

use alloc::format;

use kernel::mm::frames;
use kernel::percpu::{self, CpuId};
use kernel::sched;
use kernel::{console, dt, irq, smp};

use crate::command::Ctx;
use crate::error::Error;
use crate::value::{Record, Table, Value};

pub(super) fn info(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let root = dt::tree().map(dt::Node::root);
    let memory = frames::stats();
    let record = Record::new()
        .with("model", root.and_then(|r| r.text("model").ok()))
        .with("compatible", root.and_then(|r| r.text("compatible").ok()))
        .with("hypervisor", crate::banner())
        .with("uptime", Value::Nanos(kernel::log::since_entry_us().saturating_mul(1000)))
        .with("cpus", percpu::cpu_count())
        .with("counter hz", arch::counter::frequency())
        .with("interrupt controller", irq::chip().map(|c| c.name()).ok())
        .with("interrupt lines", irq::chip().map(|c| c.lines()).ok())
        .with("console", console::device().map(|d| d.name()))
        .with("firmware", kernel::power::firmware().map(|f| format!("{}", Firmware(f))))
        .with("memory", Value::Bytes(memory.total))
        .with("memory free", Value::Bytes(memory.free))
        .with("memory of the hypervisor", Value::Bytes(memory.hypervisor()))
        .with("guests", vmm::manager::list().len());
    ctx.show(record)
}

/// Firmware, as it describes itself.
struct Firmware(&'static dyn kernel::power::Firmware);

impl core::fmt::Display for Firmware {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.describe(f)
    }
}

pub(super) fn cpus(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let up = kernel::log::since_entry_us().saturating_mul(1000);
    let mut table = Table::new(&[
        "CPU", "MPIDR", "CORE", "STATE", "POLICY", "RUNS", "VCPUS", "WAITING", "PROMISED", "BUSY", "IRQS",
    ]);
    for n in 0..percpu::cpu_count() {
        let cpu = CpuId(n as u16);
        let mpidr = smp::mpidr(cpu).map(|m| m.0);
        let info = sched::cpu_info(cpu);
        let info = info.as_ref();
        table.row([
            n.into(),
            mpidr.map_or(Value::Null, Value::Hex),
            mpidr.and_then(core).into(),
            if info.is_some() { "up" } else { "down" }.into(),
            info.map(|i| i.policy.name()).into(),
            info.map(|i| i.current.as_str()).into(),
            info.map(|i| i.vcpus).into(),
            info.map(|i| i.waiting).into(),
            info.map_or(Value::Null, |i| Value::Share(u64::from(i.promised_ppm) / 1000)),
            info.map(|i| busy(i.idle_ns, up)).unwrap_or(Value::Null),
            irq::cpu_counts(cpu).total.into(),
        ]);
    }
    ctx.show(table)
}

/// What the device tree calls the core with this affinity.
fn core(mpidr: u64) -> Option<&'static str> {
    let cpus = dt::find_path(dt::tree()?, "/cpus")?;
    let node = cpus
        .children()
        .find(|n| n.base_name() == "cpu" && n.bus_reg(0).is_ok_and(|(reg, _)| reg == mpidr))?;
    node.texts("compatible").next()
}

/// The share of a CPU's time that its idle vCPU did not have.
fn busy(idle_ns: u64, up_ns: u64) -> Value {
    if up_ns == 0 {
        return Value::Null;
    }
    let idle = (u128::from(idle_ns.min(up_ns)) * 1000 / u128::from(up_ns)) as u64;
    Value::Share(1000 - idle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_is_what_is_not_idle() {
        assert_eq!(busy(0, 0), Value::Null);
        assert_eq!(busy(750, 1000), Value::Share(250));
        assert_eq!(busy(2000, 1000), Value::Share(0));
        assert_eq!(busy(0, u64::MAX), Value::Share(1000));
    }
}
