// SPDX-License-Identifier: GPL-2.0-only
//! What guests need of the host: the virtual CPU interface, the virtual timer's interrupt, what the CPU can do.

use crate::config::{GicVersion, HostResources};
use crate::id_regs;
use crate::image::Granules;
use crate::timer::{self, ENABLE, IMASK, ISTATUS};
use crate::vcpu::Vcpu;
use crate::vgic::{self, HostIrq};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use arch::PhysAddr;
use arch::table::stage2;
use arch::vif;
use core::ops::Range;
use core::sync::atomic::Ordering::Relaxed;
use kernel::dt::{DtError, machine};
use kernel::error::{Error, Result};
use kernel::irq::{self, Handler, Options};
use kernel::percpu::{self, CpuId};
use kernel::sync::{Once, SpinLock};

/// The host's identification registers, as the boot CPU has them.
static IDS: Once<[u64; 56]> = Once::new();
/// Ranges of host registers that guests may not have.
static RESERVED: SpinLock<Vec<(Range<u64>, String)>> = SpinLock::new(Vec::new());

/// The identification registers of the host.
pub fn ids() -> &'static [u64; 56] {
    IDS.call_once(arch::guest::read_id_registers)
}

/// Bits of guest physical address that stage 2 translates.
pub fn stage2_bits() -> u8 {
    stage2::input_bits(arch::cpu::physical_address_bits())
}

/// Bits of guest physical address that a guest may use.
pub fn guest_bits() -> u8 {
    stage2_bits().min(id_regs::GUEST_PA_BITS)
}

/// The page sizes of the CPU, `ID_AA64MMFR0_EL1`.
pub fn granules() -> Granules {
    let mmfr0 = ids().get(48).copied().unwrap_or(0);
    Granules { k4: mmfr0 >> 28 & 0xf != 0xf, k16: mmfr0 >> 20 & 0xf != 0, k64: mmfr0 >> 24 & 0xf != 0xf }
}

/// The CPU's source of random bits, if all of it is there: `ID_AA64ISAR0_EL1.RNDR`.
pub(crate) fn entropy() -> Option<crate::trng::Source> {
    let isar0 = ids().get(40).copied().unwrap_or(0);
    (isar0 >> 60 != 0).then_some(arch::guest::random as crate::trng::Source)
}

/// The GIC versions that a guest can have here.
pub fn gics() -> &'static [GicVersion] {
    match vif::version() {
        Some(vif::Version::V3) => &[GicVersion::V3],
        Some(vif::Version::V2) => &[GicVersion::V2],
        None => &[],
    }
}

/// Sets a CPU up for guests. Context: boot of each CPU, after the interrupt controller, interrupts masked.
pub fn init_cpu(cpu: CpuId) {
    if cpu == CpuId(0) {
        find_virtual_interface();
    }
    if vif::version().is_some() {
        vif::init_cpu();
    }
    let vtcr = stage2::vtcr(stage2_bits(), arch::cpu::physical_address_range(), false);
    arch::guest::init_cpu(vtcr);
}

fn find_virtual_interface() {
    let Ok(chip) = irq::chip() else { return };
    let virtualization = chip.virtualization();
    match (virtualization.version, virtualization.gich) {
        (irq::GicVersion::V3, _) => vif::init_v3(),
        (irq::GicVersion::V2, Some(gich)) => {
            // SAFETY: the driver mapped the host's GICH, for good.
            unsafe { vif::init_v2(gich.base()) };
        }
        (irq::GicVersion::V2, None) => log::warn!("the interrupt controller has no GICH: no guest can run"),
    }
}

/// Takes the interrupts that belong to guests as such. Context: once, after boot; may sleep.
pub fn init() -> Result<()> {
    let chip = irq::chip()?;
    ids();
    reserve_devices();
    let virtual_timer = Handler::Function(|_| virtual_timer_irq(), 0);
    irq::request_forwarded(timer::VIRTUAL_PPI, "virtual timer", Options::default(), virtual_timer)?;
    if let Some(maintenance) = chip.virtualization().maintenance_irq {
        let handler = Handler::Function(|_| maintenance_irq(), 0);
        irq::request(
            maintenance.intid,
            "vGIC maintenance",
            Options::new(Some(maintenance.trigger)),
            handler,
        )?;
    }
    Ok(())
}

/// The vCPU whose state is in this CPU's registers.
#[inline]
fn loaded() -> Option<&'static Vcpu> {
    let thread = percpu::this_block().loaded.load(Relaxed);
    // SAFETY: the scheduler keeps a loaded vCPU alive; interrupts are masked, so it stays loaded here.
    let arg = unsafe { thread.as_ref() }?.arg();
    // SAFETY: `run::create_thread` gave the address of the vCPU, whose guest the thread's hooks keep alive.
    Some(unsafe { &*core::ptr::with_exposed_provenance::<Vcpu>(arg) })
}

/// The virtual timer of the vCPU that is loaded here has fired. Context: interrupt.
fn virtual_timer_irq() {
    match loaded() {
        Some(vcpu) => vcpu.virtual_timer_fired(),
        None => {
            arch::guest::set_virtual_timer_control(0);
            HostInterrupts.set_active(timer::VIRTUAL_PPI, false);
        }
    }
}

fn maintenance_irq() {
    if let Some(vcpu) = loaded() {
        vcpu.guest().vgic().maintenance(vcpu.index());
    }
}

/// The host's interrupt controller, for the vGIC.
pub struct HostInterrupts;

impl HostIrq for HostInterrupts {
    fn set_active(&self, intid: u32, active: bool) {
        if let Ok(chip) = irq::chip() {
            chip.set_active(intid, active);
        }
    }

    fn line(&self, intid: u32) -> Option<bool> {
        (intid == timer::VIRTUAL_PPI).then(|| {
            let (control, _) = arch::guest::virtual_timer();
            control & (ENABLE | IMASK | ISTATUS) == ENABLE | ISTATUS
        })
    }
}

/// The vGIC version for a guest's configuration.
pub fn vgic_version(version: GicVersion) -> vgic::Version {
    match version {
        GicVersion::V2 => vgic::Version::V2,
        GicVersion::V3 => vgic::Version::V3,
    }
}

/// The host's GICV, which a GICv2 guest sees as its CPU interface.
pub fn gicv() -> Result<PhysAddr> {
    let gicv = irq::chip()?.virtualization().gicv;
    gicv.map(|reg| reg.base)
        .ok_or(Error::Invalid { what: "GICv2 guest", why: "the host's GIC has no GICV".into() })
}

/// Keeps the registers of all devices that a driver of the hypervisor has from guests.
fn reserve_devices() {
    let Some(tree) = kernel::dt::tree() else { return };
    for device in kernel::device::list() {
        let Some(node) = kernel::dt::find_path(tree, &device.path) else { continue };
        for index in 0..node.reg_count().unwrap_or(0) {
            if let Ok(reg) = node.reg(index) {
                let range = reg.range();
                RESERVED
                    .lock()
                    .push((range.start.0..range.end.0, format!("{} ({})", device.path, device.driver)));
            }
        }
    }
}

/// What of the host a guest may have.
pub struct Resources;

impl HostResources for Resources {
    fn check_region(&self, base: PhysAddr, size: u64) -> core::result::Result<(), String> {
        let range = base.0..base.0.saturating_add(size);
        let overlaps = |other: &Range<u64>| range.start < other.end && other.start < range.end;
        let mut is_ram = false;
        let banks = kernel::dt::tree().map(|tree| {
            machine::memory_banks::<DtError>(tree, &mut |bank| {
                is_ram |= overlaps(&(bank.start.0..bank.end.0));
                Ok(())
            })
        });
        if is_ram || matches!(banks, Some(Err(_))) {
            return Err("RAM".to_string());
        }
        match RESERVED.lock().iter().find(|(other, _)| overlaps(other)) {
            Some((_, what)) => Err(format!("{what}, which the hypervisor uses itself")),
            None => Ok(()),
        }
    }

    fn check_interrupt(&self, intid: u32) -> core::result::Result<(), String> {
        match irq::list().into_iter().find(|report| report.intid == intid) {
            Some(report) => Err(report.name),
            None => Ok(()),
        }
    }
}
