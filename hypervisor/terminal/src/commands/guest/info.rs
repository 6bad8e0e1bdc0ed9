// SPDX-License-Identifier: GPL-2.0-only
//! `guest info` and `guest irqs`.

use alloc::format;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::Relaxed;

use arch::esr::SysReg;
use vmm::config::{DeviceConfig, GuestConfig};
use vmm::guest::{DeviceInfo, Guest};
use vmm::vgic::{IrqInfo, VgicInfo};

use super::guest;
use crate::command::Ctx;
use crate::commands::vcpu;
use crate::error::Error;
use crate::value::{Record, Table, Value};

pub(super) fn info(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let guest = guest(ctx)?;
    ctx.show(record(&guest))
}

fn record(guest: &Guest) -> Record {
    let (state, reason) = guest.state();
    let config = guest.config();
    let entered = Some(guest.entered_us()).filter(|us| *us != 0);
    let entry = entered.map_or(Value::Null, |us| Value::Nanos(us.saturating_mul(1000)));
    let counters = &guest.counters;
    let mut vcpus = vcpu::table();
    for vcpu in guest.vcpus() {
        vcpus.row(vcpu::row(vcpu));
    }
    let undefined = counters.last_undefined.load(Relaxed);
    let undefined = (counters.undefined.get() > 0).then(|| format!("{}", SysReg(undefined)));
    Record::new()
        .with("name", guest.name())
        .with("state", format!("{state}"))
        .with("reason", if reason.is_empty() { Value::Null } else { reason.into() })
        .with("last entered at", entry)
        .with("resets", counters.resets.get())
        .with("boot arguments", config.bootargs.as_str())
        .with("images", images(config))
        .with("vcpus", vcpus)
        .with("memory", memory(guest))
        .with("stage 2", blocks(guest))
        .with("devices", devices(config, &guest.devices()))
        .with("passed through", passed_through(config))
        .with("interrupt controller", controller(&guest.vgic().info()))
        .with(
            "odd behaviour",
            Record::new()
                .with("accesses to nothing", counters.unmapped.get())
                .with("last of them", guest.last_fault().map(|f| guest.describe(&f)))
                .with("unknown calls", counters.unknown_calls.get())
                .with("undefined registers", counters.undefined.get())
                .with("last undefined", undefined)
                .with("ignored registers", counters.ignored_registers.get()),
        )
}

fn images(config: &GuestConfig) -> Value {
    Value::List(config.images.iter().map(|i| Value::from(i.file.as_str())).collect())
}

fn memory(guest: &Guest) -> Table {
    let mut table = Table::new(&["GUEST ADDRESS", "SIZE", "HOST ADDRESS"]);
    for (range, host) in guest.memory().regions() {
        table.row([Value::Hex(range.base().0), Value::Bytes(range.size()), Value::Hex(host.0)]);
    }
    table
}

fn blocks(guest: &Guest) -> Record {
    let counts = guest.memory().block_counts();
    Record::new()
        .with("1 GiB blocks", counts.gib)
        .with("2 MiB blocks", counts.two_mib)
        .with("4 KiB pages", counts.page)
        .with("tables", Value::Bytes(counts.tables << 12))
}

fn devices(config: &GuestConfig, blocks: &[DeviceInfo]) -> Table {
    let mut table = Table::new(&["DEVICE", "ADDRESS", "SIZE", "IRQS", "COMPATIBLE", "ACCESSES", "STATE"]);
    for block in blocks {
        let node: Option<&DeviceConfig> = config.devices.iter().find(|d| d.base.0 == block.start);
        let irqs = node.map(|d| d.interrupts.iter().map(|i| i.intid.into()).collect::<Vec<Value>>());
        table.row([
            block.name.as_str().into(),
            Value::Hex(block.start),
            Value::Hex(block.size),
            irqs.map_or(Value::Null, Value::List),
            node.map(|d| d.compatible.as_str()).into(),
            block.accesses.into(),
            if block.info.is_empty() { Value::Null } else { block.info.as_str().into() },
        ]);
    }
    table
}

fn passed_through(config: &GuestConfig) -> Table {
    let mut table = Table::new(&["DEVICE", "GUEST ADDRESS", "HOST ADDRESS", "SIZE", "IRQS"]);
    for device in &config.passthrough {
        let irqs: Vec<Value> = device.interrupts.iter().map(|i| i.intid.into()).collect();
        for region in &device.regions {
            table.row([
                device.name.as_str().into(),
                Value::Hex(region.guest.base().0),
                Value::Hex(region.host.0),
                Value::Hex(region.guest.size()),
                Value::List(irqs.clone()),
            ]);
        }
    }
    table
}

fn controller(info: &VgicInfo) -> Record {
    let mut vcpus =
        Table::new(&["VCPU", "LOADED", "INJECTED", "SPILLED", "MAINTENANCE", "FLUSHES", "LRS IN USE"]);
    for (n, v) in info.vcpus.iter().enumerate() {
        let used = v.list_registers.iter().filter(|lr| **lr >> 62 != 0).count();
        vcpus.row([
            n.into(),
            v.loaded.into(),
            v.counts.injected.into(),
            v.counts.spilled.into(),
            v.counts.maintenance.into(),
            v.counts.flushes.into(),
            used.into(),
        ]);
    }
    Record::new()
        .with("version", format!("GICv{}", info.version))
        .with("spis", info.spis)
        .with("groups enabled", Value::Hex(u64::from(info.ctlr)))
        .with("ignored accesses", info.ignored)
        .with("by vcpu", vcpus)
}

pub(super) fn irqs(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let info = guest(ctx)?.vgic().info();
    let mut table = Table::new(&[
        "INTID", "VCPU", "ENABLED", "PENDING", "ACTIVE", "TRIGGER", "LINE", "PRIORITY", "GROUP", "LR", "HOST",
    ]);
    for irq in info.vcpus.iter().flat_map(|v| &v.irqs).chain(&info.irqs) {
        table.row(irq_row(irq));
    }
    ctx.show(table)
}

fn irq_row(irq: &IrqInfo) -> [Value; 11] {
    [
        irq.intid.into(),
        irq.target.into(),
        irq.enabled.into(),
        irq.pending.into(),
        irq.active.into(),
        if irq.edge { "edge" } else { "level" }.into(),
        Value::Int(u64::from(irq.line)),
        Value::Hex(u64::from(irq.priority)),
        Value::Int(u64::from(irq.group)),
        irq.list_register.map(|(vcpu, n)| format!("{vcpu}:{n}")).into(),
        irq.host.into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use vmm::vgic::{Counts, VcpuInfo};

    fn text(value: impl Into<Value>) -> String {
        let mut out = String::new();
        crate::value::print(&mut out, &value.into()).unwrap();
        out
    }

    #[test]
    fn the_controller_shows_counts_per_vcpu() {
        let counts = Counts { injected: 1000, spilled: 2, maintenance: 3, flushes: 4 };
        let vcpu = VcpuInfo {
            counts,
            loaded: true,
            list_registers: vec![1 << 62, 0, 2 << 62, 0x1b],
            hcr: 1,
            irqs: Vec::new(),
        };
        let info =
            VgicInfo { version: 3, spis: 64, ctlr: 2, ignored: 0, vcpus: vec![vcpu], irqs: Vec::new() };
        assert_eq!(
            text(controller(&info)),
            "version:           GICv3\nspis:              64\ngroups enabled:    0x2\nignored accesses:  0\nby vcpu:\n\
             \x20 VCPU  LOADED  INJECTED  SPILLED  MAINTENANCE  FLUSHES  LRS IN USE\n\
             \x20    0  yes         1000        2            3        4           2\n"
        );
    }

    #[test]
    fn an_interrupt_s_row() {
        let irq = IrqInfo {
            intid: 33,
            enabled: true,
            pending: false,
            active: true,
            edge: false,
            line: true,
            priority: 0xa0,
            group: 1,
            target: Some(1),
            host: None,
            list_register: Some((1, 3)),
        };
        let mut table = Table::new(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]);
        table.row(irq_row(&irq));
        assert!(text(table).ends_with("33  1  yes  no  yes  level  1  0xa0  1  1:3  -\n"));
    }
}
