// SPDX-License-Identifier: GPL-2.0-only
//! What the management terminal shows of a guest's GIC.

use super::irq::{Bits, Word, at, bit};
use super::slots::KEY_INTID;
use super::{Counts, NO_TARGET, Vgic};
use alloc::vec::Vec;
use arch::vif::Lr;
use core::fmt;
use core::sync::atomic::Ordering::Relaxed;

/// State of one interrupt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IrqInfo {
    /// INTID.
    pub intid: u32,
    /// Enabled.
    pub enabled: bool,
    /// Pending.
    pub pending: bool,
    /// Active.
    pub active: bool,
    /// Edge-triggered, else level-sensitive.
    pub edge: bool,
    /// Level of the input.
    pub line: bool,
    /// Priority, 0 the highest.
    pub priority: u8,
    /// Group, 0 or 1.
    pub group: u8,
    /// vCPU that it is routed to.
    pub target: Option<usize>,
    /// Physical interrupt behind it.
    pub host: Option<u32>,
    /// List register that holds it (vCPU, number).
    pub list_register: Option<(usize, usize)>,
}

/// State of one vCPU's share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VcpuInfo {
    /// Counts since creation.
    pub counts: Counts,
    /// Whether its list registers are in a CPU.
    pub loaded: bool,
    /// List registers, as last known.
    pub list_registers: Vec<u64>,
    /// `HCR`.
    pub hcr: u32,
    /// SGIs and PPIs that are enabled, pending or active.
    pub irqs: Vec<IrqInfo>,
}

/// State of a guest's GIC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VgicInfo {
    /// 2 or 3.
    pub version: u8,
    /// Number of SPIs.
    pub spis: usize,
    /// GICD_CTLR's group enables.
    pub ctlr: u32,
    /// Accesses that the architecture does not have.
    pub ignored: u64,
    /// Each vCPU.
    pub vcpus: Vec<VcpuInfo>,
    /// SPIs that are enabled, pending or active.
    pub irqs: Vec<IrqInfo>,
}

fn irq(w: &Word, i: usize, intid: u32, target: Option<usize>) -> IrqInfo {
    let set = |mask: u32| mask & bit(i) != 0;
    IrqInfo {
        intid,
        enabled: set(w.enabled),
        pending: set(w.pending()),
        active: set(w.active),
        edge: set(w.edge),
        line: set(w.line),
        priority: at(&w.priority, i),
        group: u8::from(set(w.group)),
        target,
        host: Some(u32::from(at(&w.host, i))).filter(|_| set(w.mapped)),
        list_register: None,
    }
}

impl Vgic {
    /// State for the terminal, of list registers as last known. Context: may allocate; no lock held.
    pub fn info(&self) -> VgicInfo {
        let mut held: Vec<(usize, usize, u16, Lr, bool)> = Vec::new();
        let mut vcpus = Vec::with_capacity(self.cpus.len());
        for (vcpu, cpu) in self.cpus.iter().enumerate() {
            let (w, info) = self.masked(|| {
                let bank = cpu.bank.lock();
                let mut lrs = [(0u16, Lr::EMPTY, false); arch::vif::MAX_LRS];
                for n in Bits(bank.slots.used) {
                    if let Some(lr) = lrs.get_mut(n) {
                        *lr = (bank.slots.key(n), bank.slots.shadow(n), bank.slots.moved & bit(n) != 0);
                    }
                }
                (bank.w.clone(), (bank.counts, bank.slots.cpu != 0, bank.slots.hcr, lrs))
            });
            let (counts, loaded, hcr, lrs) = info;
            for (n, &(key, lr, moved)) in lrs.iter().enumerate().filter(|(_, l)| !l.1.idle()) {
                held.push((vcpu, n, key & KEY_INTID, lr, moved));
            }
            let irqs = (0..32).map(|i| irq(&w, i, i as u32, Some(vcpu))).collect();
            let list_registers = lrs.iter().map(|l| l.1.0).take(arch::vif::lr_count()).collect();
            vcpus.push(VcpuInfo { counts, loaded, list_registers, hcr, irqs });
        }
        let mut irqs: Vec<IrqInfo> = Vec::new();
        for word in 0..self.spi_words {
            let Some((w, target)) =
                self.masked(|| self.spis.lock().get(word).map(|s| (s.w.clone(), s.target)))
            else {
                break;
            };
            irqs.extend((0..32).map(|i| {
                let target = Some(at(&target, i)).filter(|&t| t != NO_TARGET).map(usize::from);
                irq(&w, i, (word * 32 + 32 + i) as u32, target)
            }));
        }
        for (vcpu, n, key, lr, moved) in held {
            let list = if key < 32 {
                vcpus.get_mut(vcpu).map(|v: &mut VcpuInfo| &mut v.irqs)
            } else {
                Some(&mut irqs)
            };
            if let Some(i) = list.and_then(|l| l.iter_mut().find(|i| i.intid == u32::from(key))) {
                i.active |= lr.active();
                i.pending |= lr.pending() && moved;
                i.list_register = Some((vcpu, n));
            }
        }
        let shown = |i: &IrqInfo| i.enabled || i.pending || i.active;
        irqs.retain(shown);
        vcpus.iter_mut().for_each(|v| v.irqs.retain(shown));
        VgicInfo {
            version: if self.v2 { 2 } else { 3 },
            spis: self.spi_words * 32,
            ctlr: self.ctlr(),
            ignored: self.ignored.load(Relaxed),
            vcpus,
            irqs,
        }
    }

    fn masked<R>(&self, f: impl FnOnce() -> R) -> R {
        let flags = arch::irq::save();
        let r = f();
        arch::irq::restore(flags);
        r
    }
}

impl fmt::Display for IrqInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>4} {} group {} priority {:#04x}",
            self.intid,
            if self.edge { "edge " } else { "level" },
            self.group,
            self.priority
        )?;
        for (set, name) in [
            (self.enabled, "enabled"),
            (self.line, "high"),
            (self.pending, "pending"),
            (self.active, "active"),
        ] {
            if set {
                write!(f, " {name}")?;
            }
        }
        if let Some(t) = self.target {
            write!(f, " -> vcpu {t}")?;
        }
        if let Some(h) = self.host {
            write!(f, " host {h}")?;
        }
        if let Some((v, n)) = self.list_register {
            write!(f, " in LR {n} of vcpu {v}")?;
        }
        Ok(())
    }
}

impl fmt::Display for VgicInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "GICv{}, {} SPIs, groups enabled {:#x}, {} odd accesses",
            self.version, self.spis, self.ctlr, self.ignored
        )?;
        for (n, v) in self.vcpus.iter().enumerate() {
            let c = &v.counts;
            writeln!(
                f,
                "vcpu {n}: {} injected, {} spilled, {} flushes, {} maintenance",
                c.injected, c.spilled, c.flushes, c.maintenance
            )?;
            for i in &v.irqs {
                writeln!(f, "  {i}")?;
            }
        }
        for i in &self.irqs {
            writeln!(f, "  {i}")?;
        }
        Ok(())
    }
}
